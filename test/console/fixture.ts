import { type Browser, test as base, expect, type Page } from '@playwright/test';
import type { Persona } from '../contract/personas/personas.js';
import { openSession } from '../harness/browser-session.js';
import type { TestServer } from '../harness/server.js';
import { type Deployment, type PersonaName, scopeOf, startDeployment } from './world/deployment.js';
import { REPORT_VIOLATIONS, scriptOn, violationsOn, Watch } from './world/watch.js';

export { expect };

type ContextOptions = NonNullable<Parameters<Browser['newContext']>[0]>;

/** A browser in which somebody is logged in. */
export interface Visit {
  readonly page: Page;
  /** The scope as it stands in addresses. */
  readonly scope: string;
  /** Goes to a place of the scope within the page, as a link would, and waits until it is at rest. */
  go(place: string): Promise<void>;
  /** What the page did that no page may, since it was last asked, with its violations of accessibility. */
  faults(options?: { readonly withAxe?: boolean }): Promise<string[]>;
}

interface Who {
  readonly server: TestServer;
  readonly userId: string | null;
  readonly scope: string;
}

/** Waits until nothing is loading any more. */
export async function atRest(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await expect(page.locator('main [role=status] [aria-hidden]')).toHaveCount(0);
}

/** Where the links of a page's main part lead. */
export const linksOn = (page: Page): Promise<string[]> =>
  scriptOn(page, `[...document.querySelectorAll('main a')].map((link) => link.getAttribute('href') ?? '')`);

async function visit(
  browser: Browser,
  who: Who,
  options: ContextOptions = {},
): Promise<Visit & { close(): Promise<void> }> {
  const { server, userId, scope } = who;
  const context = await browser.newContext({ baseURL: server.url, ...options });
  const watch = new Watch(context, server.url);
  await context.addInitScript(REPORT_VIOLATIONS);
  if (userId !== null) {
    const value = await openSession(server, userId);
    await context.addCookies([{ name: 'bailiwick', value, url: server.url, httpOnly: true, sameSite: 'Strict' }]);
  }
  const page = await context.newPage();
  return {
    page,
    scope,
    async go(place) {
      const address = `/s/${scope}${place === '' ? '' : `/${place}`}`;
      if (page.url() === 'about:blank') await page.goto(address);
      else await scriptOn(page, `history.pushState(null, '', ${JSON.stringify(address)})`);
      await watch.quiet();
      await atRest(page);
    },
    async faults({ withAxe = true } = {}) {
      return [...watch.take(), ...(withAxe ? await violationsOn(page) : [])];
    },
    close: () => context.close(),
  };
}

interface Fixtures {
  /** Opens a browser of a persona. */
  readonly as: (persona: PersonaName | Persona, options?: ContextOptions) => Promise<Visit>;
  /** The same at another server, of anybody; of nobody with null. */
  readonly at: (server: TestServer, userId: string | null, scope: string, options?: ContextOptions) => Promise<Visit>;
}

interface WorkerFixtures {
  /** Stories with the same value share a deployment; those that make very many things have a value of their own. */
  readonly sharing: string;
  readonly deployment: Deployment;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharing: ['all', { option: true, scope: 'worker' }],
  deployment: [
    async ({ sharing: _ }, use) => {
      const deployment = await startDeployment();
      await use(deployment);
      await deployment.server.close();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  at: async ({ browser }, use) => {
    const open: { close(): Promise<void> }[] = [];
    await use(async (server, userId, scope, options) => {
      const made = await visit(browser, { server, userId, scope }, options);
      open.push(made);
      return made;
    });
    for (const one of open) await one.close();
  },
  as: async ({ deployment, at }, use) => {
    await use((name, options) => {
      const persona = typeof name === 'string' ? deployment.persona(name) : name;
      return at(deployment.server, persona.principal?.id ?? null, scopeOf(persona.scope), options);
    });
  },
});
