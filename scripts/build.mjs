// Builds the server and the console of the current sources, where they are not built yet.
import { prepare } from './prepare.mjs';

await prepare();
