// Worker threads and child processes run the build, so it must be of these sources.
export { prepare as setup } from '../../scripts/prepare.mjs';
