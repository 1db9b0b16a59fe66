#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 5));

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  const { run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error('error: bailiwick is not built yet; run `npm run build` in its folder first');
  process.exitCode = 2;
}
