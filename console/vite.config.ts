import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The server that the development server passes requests on to. */
const SERVER = process.env.BAILIWICK_URL ?? 'http://127.0.0.1:4000';

// The page may run no inline script, use no data: addresses and evaluate no text: see the content security policy that
// the server sends with it.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    outDir: '../dist-console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
  server: { proxy: { '/graphql': SERVER, '/session': SERVER, '/graphiql': SERVER } },
});
