import { defineConfig } from 'vitest/config';

// The examples of docs/clients.md, with the clients that scripts/check-clients.mjs installs: `npm run clients`.
export default defineConfig({
  test: {
    name: 'clients',
    include: ['test/clients/**/*.clients.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A page is read from its beginning: what follows needs what came before.
    bail: 1,
  },
});
