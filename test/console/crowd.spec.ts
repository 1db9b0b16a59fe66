import type { TestServer } from '../harness/server.js';
import { test as base, expect } from './fixture.js';
import { fill } from './world/crowd.js';
import { startConsole } from './world/deployment.js';
import { CROWDED, TABLE_ROWS } from './world/lists.js';
import { goBefore, heapOf, scrollThrough, timeTo } from './world/pace.js';

/** From the click to the rows at rest, on a machine that does nothing else. */
const PATIENCE_MS = 1_000;
/** Of several attempts the best counts: other work may have had the processors. */
const ATTEMPTS = 5;
/** What the tab may grow by from near to far: the rows that were read are kept, those out of view are not drawn. */
const GROWTH_MAX_BYTES = 5 * 2 ** 20;
const [NEAR, FAR] = [1_000, 5_000];
const DRAWN_MAX = 500;
/** Longer than the rows take on a machine that does other work. */
const SEEDING_MAX_MS = 600_000;
const STORY_MAX_MS = 240_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

const test = base.extend<object, { readonly crowd: { readonly server: TestServer; readonly userId: string } }>({
  crowd: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs.
    async ({}, use) => {
      const server = await startConsole();
      const since = performance.now();
      await fill(server, (part) => say(`  ${part}: ${Math.round(performance.now() - since)} ms since the beginning`));
      const { userId } = await server.token({ scope: { type: 'system' }, role: 'admin' });
      await use({ server, userId });
      await server.close();
    },
    { scope: 'worker', timeout: SEEDING_MAX_MS },
  ],
});

// One server with all the rows is enough, and two browsers would take each other's time.
test.describe.configure({ mode: 'default', timeout: STORY_MAX_MS });
/** CI leaves them out: they want a machine that does nothing else. */
const LONG = { tag: '@long' };

for (const list of CROWDED)
  test(
    `ok: ${list.title} is there in a second with a hundred thousand rows${list.filter ? ', and the server finds and orders them' : ''}`,
    LONG,
    async ({ at, crowd: { server, userId } }) => {
      const visit = await at(server, userId, 'system');
      const took: number[] = [];
      // The first visit also loads the page's script.
      for (let attempt = 0; attempt <= ATTEMPTS; attempt += 1) {
        await goBefore(visit, list);
        took.push(await timeTo(visit, list));
      }
      const [first, ...others] = took;
      say(`  ${list.title}: ${Math.min(...others)} ms at best, ${others.join(', ')}; ${first} ms for the first visit`);
      expect(Math.min(...others), `it took ${others} ms`).toBeLessThanOrEqual(PATIENCE_MS);
      await list.order?.(visit.page);
      await goBefore(visit, list);
      await timeTo(visit, list);
      await list.filter?.(visit.page);
      expect(await visit.faults()).toEqual([]);
    },
  );

for (const title of ['Agents', 'Nodes', 'Audit'])
  test(`ok: scrolling ${FAR} rows of ${title} keeps the tab small`, LONG, async ({ at, crowd: { server, userId } }) => {
    const { page, go, faults } = await at(server, userId, 'system');
    await go(title.toLowerCase());
    const since = performance.now();
    await scrollThrough(page, NEAR);
    const before = await heapOf(page);
    await scrollThrough(page, FAR);
    const grown = (await heapOf(page)) - before;
    const drawn = await page.locator(TABLE_ROWS).count();
    const took = Math.round(performance.now() - since);
    say(
      `  ${title}: ${FAR} rows in ${took} ms; ${Math.round(grown / 1024)} KiB more than at ${NEAR}; ${drawn} rows drawn`,
    );
    expect(drawn).toBeLessThan(DRAWN_MAX);
    expect(grown).toBeLessThan(GROWTH_MAX_BYTES);
    expect(await faults({ withAxe: false })).toEqual([]);
  });
