// Tries the examples of docs/clients.md against a server, with the clients of examples/clients, which it installs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installIn, prepare, root } from './prepare.mjs';

await prepare();
installIn(join(root, 'examples', 'clients'));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--config', 'vitest.clients.config.ts', ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
