import { expect, test } from './fixture.js';

test('ok: what was chosen of the audit log stands in the address, and an entry tells everything', async ({ as }) => {
  const visit = await as('system-reader');
  const { page } = visit;
  await visit.go('audit');
  await page.getByText('What: any').click();
  await page.getByLabel('Allowlist created').check();
  await expect(page).toHaveURL(/actions=ALLOWLIST_CREATED/);
  // What there is to choose from lies over the rows.
  await page.keyboard.press('Escape');
  await expect(page.getByText('What: Allowlist created')).toBeFocused();
  const first = page.getByRole('table').getByRole('link').first();
  await expect(first).toHaveText('Allowlist created');
  await first.click();
  await expect(page.locator('h1')).toHaveText('Allowlist created');
  await expect(page.locator('main')).toContainText('everything done to it');
  expect(await visit.faults()).toEqual([]);
});

test('ok: the chain is verified up to its end', async ({ as }) => {
  const visit = await as('system-reader');
  await visit.go('audit/chain');
  await visit.page.getByRole('button', { name: 'Verify the chain' }).click();
  await expect(visit.page.getByText('The chain is intact')).toBeVisible();
  expect(await visit.faults()).toEqual([]);
});

test('denied: who may not verify the chain is told so, and sees its own entries alone', async ({ as }) => {
  const visit = await as('project-member');
  const { page } = visit;
  await visit.go('audit');
  await expect(page.getByRole('link', { name: 'Chain' })).toHaveCount(0);
  await visit.go('audit/chain');
  await expect(page.getByRole('alert')).toBeVisible();
  expect(await visit.faults()).toEqual([]);
});
