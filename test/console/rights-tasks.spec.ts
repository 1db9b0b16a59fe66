import { and, eq } from 'drizzle-orm';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { asId } from '../harness/ids.js';
import { codeOf } from '../harness/server.js';
import { expect, test } from './fixture.js';
import { Keys } from './world/keys.js';

const DAY_MS = 86_400_000;
const boot = (digit: string) => JSON.stringify({ 7: [digit.repeat(64)] });
const CREATE = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) { allowlist { id etag } } }`;
const PUBLISH = `mutation ($input: PublishAllowlistRevisionInput!) {
  publishAllowlistRevision(input: $input) { allowlist { id } userErrors { code } } }`;

/** What an operator does about the rights of others, with the keyboard alone. */
test('ok: finds out why a colleague may not publish a list, and gives the smallest right that would do', async ({
  as,
  deployment,
}) => {
  const { server, world } = deployment;
  const scope = world.projects.own;
  const colleague = await server.user(world.home, 'carla');
  const { token } = await server.token({ scope, role: 'reader', userId: colleague });
  const admin = await server.token({ scope, role: 'admin' });
  const made = await server.graphql(CREATE, { input: { name: 'payments', tpmPolicy: boot('a') } }, admin.token);
  const list = made.body.data.createAllowlist.allowlist;
  const publish = () =>
    server.graphql(PUBLISH, { input: { allowlist: { id: list.id }, etag: list.etag, tpmPolicy: boot('b') } }, token);
  expect(codeOf(await publish())).toBe('FORBIDDEN');
  const visit = await as('domain-admin');
  const { page } = visit;
  const keys = new Keys(page);
  await visit.go('');
  await keys.go('Who may what');
  const choose = async (label: string, typed: string) => {
    await keys.to(page.getByRole('combobox', { name: label }));
    await keys.type(typed);
    await expect(page.getByRole('option', { selected: true })).toContainText(typed);
    await keys.press('Enter');
  };
  await choose('Who', 'carla');
  await choose('May do what', 'allowlist:publish');
  await choose('At which scope', 'own');
  await choose('With which object', 'payments');
  await expect(page.getByRole('combobox', { name: 'With which object' })).toHaveValue('payments');
  const main = page.getByRole('main');
  await expect(main).toContainText('Denied');
  // One role at one scope, and no more than it takes.
  await expect(page.getByRole('heading', { name: 'What would allow it', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Grant/ })).toHaveText(['Grant member …']);
  expect(await visit.faults()).toEqual([]);
  await keys.use(page.getByRole('button', { name: 'Grant member …' }));
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('carla will hold member');
  await keys.to(dialog.getByLabel('Reason'));
  await keys.type('She keeps this list while I am away.');
  await keys.use(dialog.getByRole('button', { name: 'Grant', exact: true }));
  await expect(dialog).toBeHidden();
  await expect(main).toContainText('Allowed');
  expect((await publish()).body.data.publishAllowlistRevision.userErrors).toEqual([]);
  expect(await visit.faults()).toEqual([]);
});

test('ok: gives an auditor the rights for a week', async ({ as, deployment }) => {
  const { server, world } = deployment;
  const auditor = await server.user(world.home, 'olga');
  const visit = await as('system-admin');
  const { page } = visit;
  const keys = new Keys(page);
  await visit.go('');
  await keys.go('People');
  await keys.press('/');
  await keys.type('olga');
  await keys.use(page.locator('main tbody').getByRole('link', { name: 'olga', exact: true }));
  await expect(page.getByRole('heading', { name: 'olga', level: 1 })).toBeVisible();
  await keys.use(page.getByRole('button', { name: 'Grant a role' }));
  const dialog = page.getByRole('dialog');
  for (const [label, typed] of [
    ['Role', 'reader'],
    ['Where', 'the system'],
  ] as const) {
    await keys.to(dialog.getByRole('combobox', { name: label }));
    await keys.type(typed);
    await expect(page.getByRole('option', { selected: true })).toContainText(typed);
    await keys.press('Enter');
  }
  await expect(dialog.getByRole('radio', { name: 'a week' })).toBeChecked();
  await expect(dialog).toContainText('olga will hold reader on the system until');
  await keys.to(dialog.getByLabel('Reason'));
  await keys.type('The yearly audit.');
  await keys.use(dialog.getByRole('button', { name: 'Grant', exact: true }));
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('main')).toContainText('The yearly audit.');
  const held = and(eq(roleAssignments.userId, asId(auditor)), eq(roleAssignments.scopeType, 'system'));
  const given = await server.services.db.select().from(roleAssignments).where(held);
  const ends = given.map(({ createdAt, expiresAt }) => ((expiresAt?.getTime() ?? 0) - createdAt.getTime()) / DAY_MS);
  expect(ends).toEqual([expect.closeTo(7, 2)]);
  expect(await visit.faults()).toEqual([]);
});
