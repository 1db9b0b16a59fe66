// Loads a module of the tests, which is TypeScript: their machines have TPMs that sign real quotes.
import { createViteServer } from 'vitest/node';
import { root } from '../scripts/prepare.mjs';

export async function testModule(path) {
  const server = await createViteServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, ws: false },
  });
  try {
    return await server.ssrLoadModule(path);
  } finally {
    await server.close();
  }
}
