import { defineConfig } from 'vitest/config';

// Proofs beside other programs: slower than tests, and they need those programs. PROVE_SHARE runs a part, PROVE_SEED
// repeats a run.
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    name: 'prove',
    include: ['test/prove/**/*.prove.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
