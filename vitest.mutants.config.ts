import { defineConfig } from 'vitest/config';

// Faults put into the code, one at a time, each judged by the tests that reach it: `npm run mutants`. MUTANTS_FOLDER names
// a folder, MUTANTS_SHARE a part of the mutants, MUTANTS_SEED which part.
export default defineConfig({
  test: {
    name: 'mutants',
    include: ['test/mutants/**/*.mutants.ts'],
    globalSetup: 'test/harness/global-setup.mjs',
    // The whole takes hours.
    testTimeout: 86_400_000,
    maxWorkers: 1,
    // What is told of each mutant is told at once.
    disableConsoleIntercept: true,
  },
});
