import { defineConfig } from 'vitest/config';

// What makes fixtures anew: see the scripts beside the fixtures.
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    name: 'record',
    include: ['test/**/*.record.ts'],
    globalSetup: 'test/harness/global-setup.mjs',
    testTimeout: 300_000,
  },
});
