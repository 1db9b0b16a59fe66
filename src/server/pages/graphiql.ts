import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CHECKED, type Page, pageOf } from './page.js';

/**
 * Scripts and styles come only from this server's own files, requests go only to it, and no page may frame it. It
 * blocks the style element by which GraphiQL stops scrolling while a menu is open; nothing scrolls anyway.
 */
const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'font-src data:',
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const require = createRequire(import.meta.url);
const own = (name: string) => new URL(`../../../web/${name}`, import.meta.url);
const packaged = (name: string, path: string) => join(dirname(require.resolve(`${name}/package.json`)), path);

/** GraphiQL by path: only these files. They carry no data; what the page requests is guarded like any request. */
export function graphiqlPages(): ReadonlyMap<string, Page> {
  return new Map([
    ['/graphiql', read(own('graphiql.html'))],
    ['/graphiql/page.css', read(own('graphiql.css'))],
    ['/graphiql/page.js', read(own('graphiql.js'))],
    ['/graphiql/graphiql.min.css', read(packaged('graphiql', 'graphiql.min.css'))],
    ['/graphiql/graphiql.min.js', read(packaged('graphiql', 'graphiql.min.js'))],
    ['/graphiql/graphql-sse.min.js', read(packaged('graphql-sse', 'umd/graphql-sse.min.js'))],
    ['/graphiql/react.production.min.js', read(packaged('graphiql-react', 'umd/react.production.min.js'))],
    ['/graphiql/react-dom.production.min.js', read(packaged('graphiql-react-dom', 'umd/react-dom.production.min.js'))],
  ]);
}

const read = (path: URL | string): Page =>
  pageOf(String(path), readFileSync(path), { cacheControl: CHECKED, contentSecurity: CONTENT_SECURITY });
