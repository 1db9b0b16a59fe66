// `npm start`: prepares what is stale, then runs `bailiwick serve` in this process, so that signals reach it.
import { prepare } from './prepare.mjs';

await prepare();
const { run } = await import('../dist/cli/main.js');
process.exitCode = await run(['serve', ...process.argv.slice(2)]);
