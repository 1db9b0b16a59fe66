import { defineConfig } from 'vitest/config';

// Tests that touch a database run on the embedded one, and on Postgres as well when an address is given.
const onPostgres = Boolean(process.env.TEST_DATABASE_URL);
const shared = {
  // graphql 16 ships two builds; without this the test's copy and the server's are two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
};
// Test files share nothing but modules, which then load once for each worker.
const common = { testTimeout: 30_000, hookTimeout: 180_000, isolate: false };
const database = ['test/**/*.{api,db}.test.ts'];
// What only a database of another process can do, such as being gone for a while.
const postgresOnly = ['test/**/*.pg.test.ts'];
// They ask everybody for everything, and compare with one page or with one another whatever the engine: statements and
// rules have the same text on both, and what an engine could do otherwise with each has its stories on both. The page of
// the other is about a browser. So they run once, on Postgres where there is one.
const onOneEngine = [
  ...['personas', 'left-behind', 'viewer-can'].map((name) => `test/contract/${name}.api.test.ts`),
  'test/server/browser.api.test.ts',
];
// The demo has a database of its own, and refuses another.
const embeddedOnly = ['test/demo/demo.db.test.ts'];

export default defineConfig({
  ...shared,
  test: {
    // One more than the cores of a small machine: some stories wait for time to pass.
    maxWorkers: 3,
    globalSetup: 'test/harness/global-setup.mjs',
    projects: [
      {
        ...shared,
        test: {
          ...common,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...database, ...postgresOnly, '**/node_modules/**'],
        },
      },
      {
        ...shared,
        test: {
          ...common,
          name: 'embedded',
          include: database,
          exclude: [...(onPostgres ? onOneEngine : []), '**/node_modules/**'],
          env: { TEST_ENGINE: 'embedded' },
        },
      },
      ...(onPostgres
        ? [
            {
              ...shared,
              test: {
                ...common,
                name: 'postgres',
                include: [...database, ...postgresOnly],
                exclude: [...embeddedOnly, '**/node_modules/**'],
                env: { TEST_ENGINE: 'postgres' },
              },
            },
          ]
        : []),
    ],
  },
});
