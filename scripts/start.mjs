// `npm start`: prepares what is stale, then is `bailiwick serve` in this very process, so that signals reach it.
import { prepare } from './prepare.mjs';

await prepare();
const { run } = await import('../dist/cli/main.js');
process.exitCode = await run(['serve', ...process.argv.slice(2)]);
