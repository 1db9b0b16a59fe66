import { setup } from '../harness/global-setup.mjs';

// biome-ignore lint/style/noDefaultExport: Playwright calls the default export, before it starts its workers.
export default setup;
