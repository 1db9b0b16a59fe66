// `npm test`: prepares what is stale, then runs the suite; on Postgres as well when TEST_DATABASE_URL is set.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const report = join(tmpdir(), `bailiwick-test-${process.pid}.json`);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [
  vitest,
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
];
const code = await new Promise((resolve) =>
  spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }).on('close', resolve),
);
let counts;
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  console.error('The suite left no report.');
  process.exit(1);
}
rmSync(report);
const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0);
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${skipped} skipped`);
const isSkipRefused = skipped > 0 && process.env.CI === 'true';
if (isSkipRefused) {
  console.error('In CI no test may be skipped; install what these need:');
  for (const { assertionResults } of counts.testResults)
    for (const { status, fullName } of assertionResults)
      if (status !== 'passed' && status !== 'failed') console.error(`  ${fullName}`);
}
process.exit(code !== 0 || counts.numPassedTests === 0 || isSkipRefused ? 1 : 0);
