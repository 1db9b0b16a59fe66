import { pipeline } from 'node:stream/promises';
import type { Route } from '../../authority/index.js';
import { toId } from '../../platform/ids.js';
import { streamImaPolicy } from './reading.js';

export const imaPolicyRoute: Route = {
  name: 'getImaPolicy',
  method: 'GET',
  path: /^\/allowlist-revisions\/([\w-]{1,64})\/ima-policy$/,
  handle: async (context, id, _request, response) => {
    const { size, digest, stream } = await streamImaPolicy(context, toId('AllowlistRevision', id));
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': size,
      etag: `"${digest}"`,
    });
    // Cuts off a client that stops reading, since the server holds what it has not sent yet.
    response.setTimeout(context.settings.streamPatienceMs, () => response.destroy());
    await pipeline(stream, response);
  },
};
