import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from '@playwright/test';

const STEP_MS = 20;
/** So many steps without a request are calm. */
const CALM = 4;

/** What a page must never do, whatever it shows. */
export class Watch {
  readonly #origin: string;
  readonly #faults: string[] = [];
  readonly #open = new Set<unknown>();

  constructor(context: BrowserContext, origin: string) {
    this.#origin = origin;
    context.on('page', (page) => this.#follow(page));
    context.on('request', (request) => {
      if (!this.#isOwn(request.url())) this.#note(`another host: ${request.url()}`);
      // A stream stays open.
      if (!request.url().endsWith('/graphql/stream')) this.#open.add(request);
    });
    for (const event of ['requestfinished', 'requestfailed'] as const)
      context.on(event as 'requestfinished', (request) => this.#open.delete(request));
  }

  /** Waits until the page asks for nothing any more. */
  async quiet(): Promise<void> {
    for (let calm = 0; calm < CALM; calm = this.#open.size === 0 ? calm + 1 : 0) await delay(STEP_MS);
  }

  /** Everything that went wrong since it was last asked. */
  take(): string[] {
    return this.#faults.splice(0);
  }

  #follow(page: Page): void {
    page.on('pageerror', (error) => this.#note(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      // What was refused is seen on the page; that the browser tells of it too is no fault.
      if (message.type() === 'error' && !/^Failed to load resource/.test(text)) this.#note(`console: ${text}`);
    });
  }

  #isOwn(url: string): boolean {
    return url.startsWith(this.#origin) || url.startsWith('blob:') || url.startsWith('data:');
  }

  #note(fault: string): void {
    this.#faults.push(fault);
  }
}

/** A script of every page: a violation of the content security policy is an error in the console. */
export const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('content security policy: ' + violatedDirective + ' ' + blockedURI))`;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** The value of a script on a page. It comes from outside, so the page's own policy does not forbid it. */
export async function scriptOn<T>(page: Page, expression: string): Promise<T> {
  const devtools = await page.context().newCDPSession(page);
  const { result, exceptionDetails: fault } = await devtools.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  await devtools.detach();
  if (fault) throw new Error(fault.exception?.description ?? fault.text);
  return result.value as T;
}

/** The serious and critical violations of accessibility on a page. */
export async function violationsOn(page: Page): Promise<string[]> {
  if (!(await scriptOn(page, '"axe" in window'))) await scriptOn(page, `${AXE};0`);
  const found = await scriptOn<readonly Violation[]>(
    page,
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}
