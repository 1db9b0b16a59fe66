import { eq } from 'drizzle-orm';
import { agents } from '../../src/identity/agents/tables.js';
import { asId } from '../harness/ids.js';
import { expect, test } from './fixture.js';
import { Keys } from './world/keys.js';

/** After a link the focus is at the heading of the new page, or before it where that was still loading. */
const ARRIVED = 'main:focus, main h1:focus';

/** What an operator does, with the keyboard alone. */
test('ok: finds a machine that failed, and puts it right', async ({ as, deployment }) => {
  const { server, world } = deployment;
  const id = await server.agent(world.projects.own, {
    name: 'web-7',
    trustState: 'FAILED',
    record: { isLiving: true },
  });
  await server.agent(world.projects.own, { name: 'web-8', trustState: 'TRUSTED', record: { isLiving: true } });
  const visit = await as('project-admin');
  const { page } = visit;
  const keys = new Keys(page);
  await visit.go('');
  // What needs somebody comes first, and leads to those machines alone.
  await keys.use(page.getByRole('link', { name: /failed/i }));
  await expect(page.getByRole('link', { name: 'web-7', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'web-8', exact: true })).toHaveCount(0);
  await keys.use(page.getByRole('link', { name: 'web-7', exact: true }));
  await expect(page.getByRole('heading', { name: 'web-7', level: 1 })).toBeVisible();
  await expect(page.locator(ARRIVED)).toHaveCount(1);
  await keys.use(page.getByRole('button', { name: 'Reset', exact: true }));
  await keys.to(page.getByRole('dialog').getByLabel('Reason'));
  await keys.type('Its disk was replaced.');
  await keys.use(page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }));
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect
    .poll(async () => {
      const [row] = await server.services.db
        .select()
        .from(agents)
        .where(eq(agents.id, asId(id)));
      return row?.trustState;
    })
    .toBe('PENDING');
  expect(await visit.faults()).toEqual([]);
});

test('ok: every place is reached by the keyboard, from the list to its end and back', async ({ as }) => {
  const visit = await as('project-admin');
  const { page } = visit;
  const keys = new Keys(page);
  await visit.go('');
  await keys.go('Agents');
  await keys.press('/');
  await expect(page.getByLabel('Name begins with')).toBeFocused();
  await keys.type('mach');
  await expect(page).toHaveURL(/nameStartsWith=mach/);
  await keys.use(page.locator('main tbody').getByRole('link').first());
  await expect(page.locator(ARRIVED)).toHaveCount(1);
  // The browser's own key for it is outside of the page.
  await page.goBack();
  await expect(page.getByLabel('Name begins with')).toHaveValue('mach');
});
