import { expect, test } from './fixture.js';

// As browsers are by default: a page that was left is kept, and shown again by Back.
test.use({
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  },
});

test('hidden: after a log-out, Back shows nothing of the person before', async ({ as }) => {
  const visit = await as('project-admin');
  const { page } = visit;
  await visit.go('agents');
  await visit.go('allowlists');
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL(/\/log-in$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/log-in/);
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();
});

test('refused: a log-out that failed says so, and the page stays', async ({ as }) => {
  const visit = await as('project-admin');
  const { page } = visit;
  await visit.go('');
  await page.route('**/session', (route) =>
    route.request().method() === 'DELETE' ? route.fulfill({ status: 429, body: '{}' }) : route.fallback(),
  );
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('dialog', { name: 'You are still logged in' })).toBeVisible();
  await expect(page).toHaveURL(/\/s\//);
});

test('hidden: where another person logged in beside a page, it acts for nobody and begins anew', async ({ as }) => {
  const [first, second] = [await as('project-admin'), await as('project-reader')];
  await first.go('agents');
  await second.go('');
  const [theirs] = await second.page.context().cookies();
  if (!theirs) throw new Error('the other person has no session');
  await first.page.context().addCookies([theirs]);
  await first.page.getByRole('link', { name: 'Allowlists' }).click();
  const name = await second.page.getByRole('banner').textContent();
  await expect(first.page.getByRole('banner')).toHaveText(name ?? '');
});
