import type { IncomingMessage } from 'node:http';
import { consolePages } from './console.js';
import { graphiqlPages } from './graphiql.js';
import type { Page } from './page.js';

export interface PageSettings {
  /** Whether to serve GraphiQL; off by default. */
  readonly hasGraphiql?: boolean;
  /** Where the console's files are; without it there is nothing at `/`. */
  readonly consoleFolder?: string | undefined;
  /** Whether the console says of itself that it is of a demo. */
  readonly isDemo?: boolean | undefined;
}

/** Public files by path. They carry no data, and whoever asks gets the same: no cookie or token is looked at. */
export class Pages {
  readonly #files: ReadonlyMap<string, Page>;
  readonly #index: Page | null;

  /** @throws CannotStart. */
  constructor({ hasGraphiql = false, consoleFolder, isDemo }: PageSettings) {
    const console = consoleFolder === undefined ? null : consolePages(consoleFolder, isDemo);
    this.#files = new Map([...(console?.files ?? []), ...(hasGraphiql ? graphiqlPages() : [])]);
    this.#index = console?.index ?? null;
  }

  /** The page for a request. @param isRoute Whether the path is one of the API, whatever the method. */
  find({ method, headers }: IncomingMessage, path: string, isRoute: boolean): Page | null {
    if (method !== 'GET' && method !== 'HEAD') return null;
    const file = this.#files.get(path);
    if (file !== undefined) return file;
    // A browser that opens an address; programs get NOT_FOUND, and so does whoever misses a file.
    const isOpened = !isRoute && !path.startsWith('/assets/') && /\btext\/html\b/.test(headers.accept ?? '');
    return isOpened ? this.#index : null;
  }
}
