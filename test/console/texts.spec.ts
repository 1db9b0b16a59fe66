import { expect, test, type Visit } from './fixture.js';
import { PLACES } from './world/places.js';
import { idsOf } from './world/table.js';
import { scriptOn } from './world/watch.js';

const MARKUP = '<img src=x onerror="window.hacked = 1"><b>bold</b>&amp;{{7*7}}';
const HEBREW = 'שרתים של החנות \u202E<b>';
const LONG = 'w'.repeat(255);

test.describe('names that are hard to show', () => {
  for (const name of [MARKUP, HEBREW, LONG])
    test(`ok: ${name.slice(0, 20)} is shown as it is, in a list and on a page`, async ({ at, deployment }) => {
      const { server } = deployment;
      const domainId = await server.domain();
      const { projectId } = await server.project(domainId, name);
      const { userId } = await server.token({ scope: { type: 'domain', domainId }, role: 'admin' });
      const visit = await at(server, userId, `domain:${domainId}`, { viewport: { width: 390, height: 800 } });
      const { page } = visit;
      await visit.go('projects');
      await expect(page.locator(`a[href$="${projectId}"] bdi`)).toHaveText(name);
      expect(await overflowOf(visit)).toBeLessThanOrEqual(0);
      await visit.go(`projects/${projectId}`);
      await expect(page.locator('main h1 bdi')).toHaveText(name);
      expect(await overflowOf(visit)).toBeLessThanOrEqual(0);
      expect(await scriptOn(page, 'typeof window.hacked')).toBe('undefined');
      expect(await visit.faults()).toEqual([]);
    });
});

/** By how many pixels a page is wider than the screen. */
const overflowOf = ({ page }: Visit): Promise<number> =>
  scriptOn(page, 'document.documentElement.scrollWidth - document.documentElement.clientWidth');

const SCREENS = {
  'a screen of 390 pixels': { viewport: { width: 390, height: 844 }, hasTouch: true },
  // Twice as large is half as many pixels of the page.
  'a zoom of 200 %': { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
} as const;

for (const [name, options] of Object.entries(SCREENS))
  test(`ok: ${name} is wide enough for every page`, async ({ as, deployment }) => {
    const readings = await deployment.table.readings(deployment.persona('system-admin'));
    const visit = await as('system-admin', options);
    const wide: string[] = [];
    for (const { path, type, hasDetails } of PLACES) {
      const [id] = type === null ? [] : idsOf(readings, type).readable;
      for (const address of hasDetails && id ? [path, `${path}/${id}`] : [path]) {
        await visit.go(address);
        if ((await overflowOf(visit)) > 0) wide.push(address);
      }
    }
    expect(wide).toEqual([]);
    expect(await visit.faults()).toEqual([]);
  });
