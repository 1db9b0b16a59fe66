import { expect, linksOn, test } from './fixture.js';
import { PERSONA_NAMES } from './world/deployment.js';
import { FURTHER, PLACES } from './world/places.js';
import { idsOf, mayList } from './world/table.js';

/** How many of what may be read, and of what may not, are opened for each list and persona. */
const OPENED = 2;

for (const name of PERSONA_NAMES)
  test(`ok: ${name} is led to what it may read, and finds nothing else by any address`, async ({ as, deployment }) => {
    const readings = await deployment.table.readings(deployment.persona(name));
    const visit = await as(name);
    const { page } = visit;
    await visit.go('');
    const places = PLACES.filter(({ type }) => type === null || mayList(readings, type));
    await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('link')).toHaveText(
      places.map(({ noun }) => noun.title),
    );
    const faults: string[] = [];
    const look = async (address: string) => {
      await visit.go(address);
      faults.push(...(await visit.faults()).map((fault) => `${address}: ${fault}`));
    };
    for (const address of ['', ...FURTHER]) await look(address);
    for (const { path, type, hasDetails } of PLACES.filter((place) => place.type !== null)) {
      await look(path);
      const { readable, hidden } = idsOf(readings, type ?? '');
      const links = await linksOn(page);
      expect(
        hidden.filter((id) => links.some((link) => link.endsWith(`/${id}`))),
        path,
      ).toEqual([]);
      if (!mayList(readings, type ?? '')) await expect(page.locator('main tbody a'), path).toHaveCount(0);
      if (!hasDetails) continue;
      for (const id of readable.slice(0, OPENED)) {
        await look(`${path}/${id}`);
        await expect(page.locator('main h1'), `${path}/${id}`).not.toHaveText('Nothing is here');
      }
      for (const id of hidden.slice(0, OPENED)) {
        await look(`${path}/${id}`);
        await expect(page.locator('main h1'), `${path}/${id}`).toHaveText(/Nothing is here|You may not do this/);
      }
    }
    expect(faults).toEqual([]);
  });
