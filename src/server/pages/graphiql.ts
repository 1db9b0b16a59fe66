import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A served file, read once at the start. */
export interface Page {
  readonly contentType: string;
  readonly content: Buffer;
  readonly etag: string;
}

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/**
 * Scripts and styles come only from this server's own files, requests go only to it, and no page may frame it. It
 * blocks the style element by which GraphiQL stops scrolling while a menu is open; nothing scrolls anyway.
 */
const SECURITY = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

const require = createRequire(import.meta.url);
const own = (name: string) => new URL(`../../../web/${name}`, import.meta.url);
const packaged = (name: string, path: string) => join(dirname(require.resolve(`${name}/package.json`)), path);

/** GraphiQL by path: only these files. They carry no data; what the page requests is guarded like any request. */
export function graphiqlPages(): ReadonlyMap<string, Page> {
  return new Map([
    ['/graphiql', read(own('graphiql.html'), HTML)],
    ['/graphiql/page.css', read(own('graphiql.css'), CSS)],
    ['/graphiql/page.js', read(own('graphiql.js'), SCRIPT)],
    ['/graphiql/graphiql.min.css', read(packaged('graphiql', 'graphiql.min.css'), CSS)],
    ['/graphiql/graphiql.min.js', read(packaged('graphiql', 'graphiql.min.js'), SCRIPT)],
    ['/graphiql/graphql-sse.min.js', read(packaged('graphql-sse', 'umd/graphql-sse.min.js'), SCRIPT)],
    ['/graphiql/react.production.min.js', read(packaged('graphiql-react', 'umd/react.production.min.js'), SCRIPT)],
    ['/graphiql/react-dom.production.min.js', read(packaged('graphiql-react-dom', 'umd/react-dom.production.min.js'), SCRIPT)],
  ]);
}

function read(path: URL | string, contentType: string): Page {
  const content = readFileSync(path);
  return { contentType, content, etag: `"${createHash('sha256').update(content).digest('base64url')}"` };
}

/** Browsers keep the file, and check each time whether it is still the same: an upgrade takes effect at once. */
export function answerPage(page: Page, request: IncomingMessage, response: ServerResponse): void {
  const isKnown = request.headers['if-none-match'] === page.etag;
  response.writeHead(isKnown ? 304 : 200, {
    ...SECURITY,
    etag: page.etag,
    'cache-control': 'no-cache',
    ...(!isKnown && { 'content-type': page.contentType, 'content-length': page.content.length }),
  });
  response.end(isKnown || request.method === 'HEAD' ? undefined : page.content);
}
