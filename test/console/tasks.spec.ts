import { expect, test } from './fixture.js';
import { failedMachine } from './world/failed-machine.js';
import { Keys } from './world/keys.js';

/** After a link the focus is at the heading of the new page, or before it where that was still loading. */
const ARRIVED = 'main:focus, main h1:focus';

/** What an operator does, with the keyboard alone. */
test('ok: finds out why a machine failed, and puts it right', async ({ as, deployment }) => {
  const { server, world } = deployment;
  const failed = await failedMachine(server, world.projects.own, 'web-7');
  await server.agent(world.projects.own, { name: 'web-8', trustState: 'TRUSTED', record: { isLiving: true } });
  const visit = await as('project-admin');
  const { page } = visit;
  const main = page.getByRole('main');
  const dialog = page.getByRole('dialog');
  const keys = new Keys(page);
  await visit.go('');
  // What needs somebody comes first, and leads to those machines alone.
  await keys.use(page.getByRole('link', { name: /failed/i }));
  await expect(page.getByRole('link', { name: 'web-7', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'web-8', exact: true })).toHaveCount(0);
  await keys.use(page.getByRole('link', { name: 'web-7', exact: true }));
  await expect(page.getByRole('heading', { name: 'web-7', level: 1 })).toBeVisible();
  await expect(page.locator(ARRIVED)).toHaveCount(1);
  await keys.use(page.getByRole('link', { name: /see why/ }));
  await expect(main).toContainText(failed.path);
  expect(await visit.faults()).toEqual([]);
  await keys.use(page.getByRole('button', { name: /add it to files of web-7$/ }));
  await expect(page.getByRole('checkbox', { name: failed.path })).toBeChecked();
  await keys.use(page.getByRole('button', { name: 'Review and publish' }));
  await expect(dialog).toContainText(failed.path);
  expect(await visit.faults()).toEqual([]);
  await keys.use(dialog.getByRole('button', { name: 'Publish', exact: true }));
  await expect(page.getByRole('heading', { name: 'web-7', level: 1 })).toBeVisible();
  // Evidence that is accepted does not make a failed machine trusted: a person does.
  expect(await failed.attest()).toBe('ACCEPTED FAILED');
  await keys.use(page.getByRole('button', { name: 'Reset', exact: true }));
  await keys.to(dialog.getByLabel('Reason'));
  await keys.type('The new backup program is ours.');
  await keys.use(dialog.getByRole('button', { name: 'Reset', exact: true }));
  await expect(dialog).toBeHidden();
  await expect(main).toContainText('Pending');
  expect(await failed.attest()).toBe('ACCEPTED TRUSTED');
  await expect(main).toContainText('Trusted');
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
