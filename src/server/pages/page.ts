import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A served file, read once at the start. */
export interface Page {
  readonly contentType: string;
  readonly content: Buffer;
  /** The content for browsers that take it compressed; null where that is no shorter. */
  readonly compressed: Buffer | null;
  readonly etag: string;
  readonly cacheControl: string;
  /** What the page may load, and who may frame it. */
  readonly contentSecurity: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
};
/** Already compressed. */
const COMPACT = new Set(['png', 'ico', 'woff2']);

/** Browsers keep the file, and check each time whether it is still the same: an upgrade takes effect at once. */
export const CHECKED = 'no-cache';

/** The page of a file's name and content. */
export function pageOf(name: string, content: Buffer, serving: Pick<Page, 'cacheControl' | 'contentSecurity'>): Page {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  const compressed = COMPACT.has(ending) ? null : gzipSync(content, { level: 9 });
  return {
    contentType: TYPES[ending] ?? 'application/octet-stream',
    content,
    compressed: compressed !== null && compressed.length < content.length ? compressed : null,
    etag: createHash('sha256').update(content).digest('base64url'),
    ...serving,
  };
}

const SECURITY = {
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

export function answerPage(page: Page, { headers, method }: IncomingMessage, response: ServerResponse): void {
  const compressed = takesGzip(headers['accept-encoding']) ? page.compressed : null;
  const content = compressed ?? page.content;
  const etag = `"${page.etag}${compressed ? '-gzip' : ''}"`;
  const isKnown = headers['if-none-match'] === etag;
  if (page.compressed) response.appendHeader('vary', 'Accept-Encoding');
  response.writeHead(isKnown ? 304 : 200, {
    ...SECURITY,
    'content-security-policy': page.contentSecurity,
    etag,
    'cache-control': page.cacheControl,
    ...(!isKnown && { 'content-type': page.contentType, 'content-length': content.length }),
    ...(!isKnown && compressed && { 'content-encoding': 'gzip' }),
  });
  response.end(isKnown || method === 'HEAD' ? undefined : content);
}

const takesGzip = (accepted: string | string[] | undefined) =>
  String(accepted ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(;\s*q=(1|0?\.\d*[1-9]\d*)(\.0*)?\s*)?$/i.test(coding));
