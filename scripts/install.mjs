// Installs the locked dependencies when they are stale; `npm start` and `npm test` do this first.
import { installDependencies } from './prepare.mjs';

await installDependencies();
