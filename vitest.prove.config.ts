import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Proofs that hold CPU, memory or times to bounds: first, so that the rest may run beside other work. */
const MEASURED = ['abuse', 'memory', 'victim', 'audit-throughput', 'streams', 'locks'];

class MeasuredFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const at = MEASURED.findIndex((name) => moduleId.endsWith(`/${name}.prove.ts`));
      return at === -1 ? MEASURED.length : at;
    };
    return files.toSorted((a, b) => rankOf(a) - rankOf(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

// Long walks over many random cases, and proofs beside other programs: `npm run prove`. PROVE_SHARE runs a part,
// PROVE_SEED repeats a run. With TEST_DATABASE_URL what needs a database runs on Postgres.
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    name: 'prove',
    include: ['test/prove/**/*.prove.ts'],
    globalSetup: 'test/harness/global-setup.mjs',
    env: { TEST_ENGINE: process.env.TEST_DATABASE_URL ? 'postgres' : 'embedded' },
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    // When an item of a list throws at once, graphql-js does not look at what the items before it still come to.
    onUnhandledError: ({ stack }) => !stack?.includes('/random-operations.ts'),
    // Some compare times or bound memory: each has the machine for itself.
    maxWorkers: 1,
    sequence: { sequencer: MeasuredFirst },
  },
});
