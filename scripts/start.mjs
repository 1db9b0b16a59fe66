// `npm start`: prepares what is stale, then runs the server in this very process, so that signals reach it.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
