import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotStart } from '../../platform/cannot-start.js';
import { CHECKED, type Page, pageOf } from './page.js';

/** Names of the policies by which the console's scripts may make trusted values; none. */
const TRUSTED_TYPES: readonly string[] = [];

const CONTENT_SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  `trusted-types ${TRUSTED_TYPES.join(' ') || "'none'"}`,
].join('; ');

/** The name of a file below assets/ has a hash of its content, so the file never changes. */
const ASSETS = '/assets/';
const FOREVER = 'public, max-age=31536000, immutable';

const FILES_MAX = 1000;
const BYTES_MAX = 32 * 1024 * 1024;

/** Where the build puts the console. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../../../dist-console', import.meta.url));

const NOT_BUILT = 'The console is not built here. Build it with: npm run build, then start the server again.\n';

export interface ConsolePages {
  readonly files: ReadonlyMap<string, Page>;
  /** The page of every path that its scripts know; null where there is no console. */
  readonly index: Page | null;
}

/** Pages tell of a demo before anybody is logged in. */
const marked = (content: Buffer): Buffer => Buffer.from(content.toString().replace(/<html\b/, '<html data-demo="yes"'));

/**
 * The console's files by path, in memory. A server starts without them too.
 * @throws CannotStart for a folder that is no console: larger than one, or without its first page.
 */
export function consolePages(folder: string, isDemo = false): ConsolePages {
  const files = new Map<string, Page>();
  let left = BYTES_MAX;
  for (const path of filesIn(folder)) {
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    const content = readFileSync(path);
    left -= content.length;
    if (left < 0 || files.size === FILES_MAX)
      throw new CannotStart(`${folder} is larger than a console: build the console again.`);
    files.set(name, page(name, isDemo && name === '/index.html' ? marked(content) : content));
  }
  const index = files.get('/index.html') ?? null;
  if (index === null && files.size > 0) throw new CannotStart(`${folder} has no index.html: build the console again.`);
  return { files: files.set('/', index ?? page('/not-built.txt', Buffer.from(NOT_BUILT))), index };
}

const page = (name: string, content: Buffer): Page =>
  pageOf(name, content, {
    cacheControl: name.startsWith(ASSETS) ? FOREVER : CHECKED,
    contentSecurity: CONTENT_SECURITY,
  });

/** Of a folder that is missing, none; links are not followed. */
function filesIn(folder: string): string[] {
  let found: Dirent[];
  try {
    found = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
