import type { Route } from '../../authority/index.js';
import { toId } from '../../platform/ids.js';
import { fillUpload } from './service.js';

export const uploadRoute: Route = {
  name: 'putUpload',
  method: 'PUT',
  path: /^\/uploads\/([\w-]{1,64})$/,
  handle: async (context, id, request, response) => {
    // Keeps the connection open, so that the caller gets the error.
    await fillUpload(context, toId('Upload', id), request.iterator({ destroyOnReturn: false }));
    response.writeHead(204).end();
  },
};
