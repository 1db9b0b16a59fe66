// Installs the locked dependencies when they are stale; what `npm start` and `npm test` do first.
import { installDependencies } from './prepare.mjs';

await installDependencies();
