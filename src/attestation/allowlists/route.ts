import { pipeline } from 'node:stream/promises';
import type { Route } from '../../authority/index.js';
import { streamImaPolicy } from './reading.js';

export const imaPolicyRoute: Route = {
  name: 'getImaPolicy',
  method: 'GET',
  path: /^\/allowlist-revisions\/([\w-]{1,64})\/ima-policy$/,
  handle: async (context, id, _request, response) => {
    const { size, digest, stream } = await streamImaPolicy(context, id);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': size,
      etag: `"${digest}"`,
    });
    // Whoever stops reading is cut off, since what is on its way is held for it.
    response.setTimeout(context.settings.streamPatienceMs, () => response.destroy());
    await pipeline(stream, response);
  },
};
