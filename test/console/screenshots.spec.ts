import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { atRest, expect, test, type Visit } from './fixture.js';
import { type Demo, ROOT, startDemo } from './world/demo.js';
import { FURTHER, PLACES, ROUTES } from './world/places.js';
import { idsOf } from './world/table.js';
import { scriptOn } from './world/watch.js';

const THEMES = ['light', 'dark'] as const;

/** The addresses of a place: its list, one thing of it, and what is said further about that. */
function addressesOf(path: string, id: string | undefined): readonly string[] {
  if (id === undefined) return [path];
  const about = ROUTES.filter((route) => route.startsWith(`${path}/$`));
  return [path, ...about.map((route) => route.replace(/\$\w+/, id))];
}

const fileOf = (address: string, id: string | undefined) =>
  `${address.replace(id ?? '\n', 'one').replaceAll('/', '-') || 'now'}.png`;

for (const theme of THEMES)
  test(
    `ok: every page is drawn in ${theme}, for people to look at`,
    { tag: '@long' },
    async ({ as, deployment }, info) => {
      test.setTimeout(300_000);
      const readings = await deployment.table.readings(deployment.persona('system-admin'));
      const visit: Visit = await as('system-admin', { colorScheme: theme });
      const draw = async (address: string, id?: string) => {
        await visit.go(address);
        await visit.page.screenshot({ path: info.outputPath(fileOf(address, id)), fullPage: true });
        expect(await visit.faults(), address).toEqual([]);
      };
      for (const { path, type } of PLACES) {
        const [id] = type === null ? [] : idsOf(readings, type).readable;
        for (const address of addressesOf(path, id)) await draw(address, id);
      }
      for (const address of [...FURTHER, 'nowhere']) await draw(address);
    },
  );

/** What the pictures are of: ids of the demo, whose names are the same each time. */
const IDS = `{
  failed: agents(first: 1, filter: { nameStartsWith: "build-1" }) { nodes { id lastResult { id } } }
  list: allowlists(first: 1, filter: { nameStartsWith: "servers" }) { nodes { id } }
  person: users(first: 1, filter: { nameStartsWith: "mia" }) { nodes { id } }
  project: projects(first: 1, filter: { nameStartsWith: "storefront" }) { nodes { id } }
}`;
type Found = Readonly<
  Record<string, { readonly nodes: readonly { readonly id: string; readonly lastResult?: { readonly id: string } }[] }>
>;

const COUNTS = '{ agentCounts { byState { state count } } nodeCounts { byReadiness { readiness count } } }';
interface Counts {
  readonly agentCounts: { readonly byState: readonly { readonly state: string; readonly count: number }[] };
  readonly nodeCounts: { readonly byReadiness: readonly { readonly readiness: string; readonly count: number }[] };
}
/** The demo lives once there are machines in each of these. */
const ALIVE = ['FAILED', 'STALE', 'TRUSTED', 'BANNED', 'LOST', 'READY'];

/** What docs/console.md shows. */
const shownOf = ({ failed, list, person, project }: Found): Readonly<Record<string, string>> => {
  const id = (found: Found[string] | undefined) => found?.nodes[0]?.id;
  const question = `ask=why&who=user:${id(person)}&at=project:${id(project)}&policy=agent:ban`;
  return {
    now: '',
    attestation: `attestations/${failed?.nodes[0]?.lastResult?.id}`,
    nodes: 'nodes',
    'allowlist-diff': `allowlists/${id(list)}/compare?from=1&to=3`,
    'why-not': `rights?${question}`,
    'policy-matrix': 'policies/matrix?contains=agent',
  };
};

/** Asks the API as the page does. */
async function ask<Data>(page: Page, query: string): Promise<Data> {
  const headers = { 'content-type': 'application/json', 'Bailiwick-Csrf': '1', 'Bailiwick-Scope': 'system' };
  const request = JSON.stringify({ method: 'POST', headers, body: JSON.stringify({ query }) });
  return scriptOn<Data>(page, `fetch('/graphql', ${request}).then((it) => it.json()).then(({ data }) => data)`);
}

async function logIn(page: Page, { password }: Demo): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Name', { exact: true }).fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Now' }).waitFor();
}

async function untilAlive(page: Page): Promise<void> {
  const seen = async () => {
    const { agentCounts, nodeCounts } = await ask<Counts>(page, COUNTS);
    const some = [
      ...agentCounts.byState.filter(({ count }) => count > 0).map(({ state }) => state),
      ...nodeCounts.byReadiness.filter(({ count }) => count > 0).map(({ readiness }) => readiness),
    ];
    return ALIVE.filter((word) => !some.includes(word));
  };
  await expect.poll(seen, { timeout: 300_000, intervals: [2_000] }).toEqual([]);
}

if (process.env.UPDATE === '1')
  test('ok: the pictures of docs/console.md are those of the demo', async ({ browser }) => {
    test.setTimeout(900_000);
    const demo = await startDemo();
    try {
      const viewport = { width: 1280, height: 800 };
      const page = await browser.newPage({ baseURL: demo.url, viewport, reducedMotion: 'reduce' });
      await logIn(page, demo);
      await untilAlive(page);
      const shown = shownOf(await ask<Found>(page, IDS));
      for (const [name, address] of Object.entries(shown)) {
        await page.goto(`/s/system/${address}`, { waitUntil: 'load' });
        await atRest(page);
        // Counts and answers come after the page.
        await page.waitForTimeout(1_000);
        await atRest(page);
        await page.screenshot({ path: join(ROOT, 'docs', 'console', `${name}.png`), scale: 'css' });
      }
    } finally {
      await demo.stop();
    }
  });
