import { defineConfig } from 'vitest/config';

// Tests that touch a database run on the embedded one, and on Postgres as well when an address is given.
const onPostgres = Boolean(process.env.TEST_DATABASE_URL);
const shared = {
  // graphql 16 ships two builds; without this the test's copy and the server's are two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
};
const database = ['test/**/*.{api,db}.test.ts'];

export default defineConfig({
  ...shared,
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      { ...shared, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: database } },
      { ...shared, test: { name: 'embedded', include: database, env: { TEST_ENGINE: 'embedded' } } },
      ...(onPostgres
        ? [{ ...shared, test: { name: 'postgres', include: database, env: { TEST_ENGINE: 'postgres' } } }]
        : []),
    ],
  },
});
