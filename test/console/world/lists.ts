import { expect, type Page } from '@playwright/test';

/** The middle one of a crowd, and the last, by their names. */
const middleOf = (word: string) => `${word}-0050000`;
const lastOf = (word: string) => `${word}-0100000`;

/** A list of the console with a crowd in it. */
export interface CrowdedList {
  /** What its link is called. */
  readonly title: string;
  /** The place whose page has the link; the navigation has it otherwise. */
  readonly within?: string;
  /** How its request begins, when it comes all at once instead of in pages. */
  readonly asks?: string;
  /** What its rows are, and how many of them at least are a whole first page. */
  readonly rows?: string;
  readonly least?: number;
  /** Uses a filter: the address says it, and only rows that it wants are there. */
  readonly filter?: (page: Page) => Promise<void>;
  /** Orders it: the address says it, and the first row is one that was far away. */
  readonly order?: (page: Page) => Promise<void>;
}

/** The rows of a table; those of a page that is out of view are one. */
export const TABLE_ROWS = 'main tbody tr';
const rowsOn = (page: Page) => page.locator(TABLE_ROWS);

/** A list whose rows have names that begin with a word. */
function named(title: string, word: string, { label = 'Name begins with', head = 'Name' } = {}): CrowdedList {
  return {
    title,
    async filter(page) {
      await page.getByLabel(label, { exact: true }).fill(middleOf(word));
      await expect(page).toHaveURL(new RegExp(`nameStartsWith=${middleOf(word)}`));
      await expect(rowsOn(page)).toHaveCount(1);
      await expect(rowsOn(page).first()).toContainText(middleOf(word));
    },
    async order(page) {
      const button = page.getByRole('button', { name: head, exact: true });
      await button.click();
      await expect(page).toHaveURL(/order=NAME/);
      await button.click();
      await expect(page).toHaveURL(/order=-NAME/);
      await expect(rowsOn(page).first()).toContainText(lastOf(word));
    },
  };
}

/** Assignments have one order, and are filtered by what is picked. */
async function filterByRole(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Role' }).fill('manager');
  await page.getByRole('option', { name: 'manager' }).click();
  await expect(page).toHaveURL(/role=manager/);
  await expect(rowsOn(page).first()).toContainText('worker-0001000');
}

/** Audit entries have one order. */
async function filterByActor(page: Page): Promise<void> {
  await page.getByLabel('Who, by name').fill('rare');
  await expect(page).toHaveURL(/actorName=rare/);
  await expect(rowsOn(page).first()).toContainText('Denied');
}

/** Every list that a link leads to. The API neither filters nor orders needs, join tokens, policies and counts. */
export const CROWDED: readonly CrowdedList[] = [
  { title: 'Now', asks: 'query Now', rows: 'main ul li', least: 3 },
  named('Nodes', 'web'),
  { title: 'Join tokens' },
  named('Agents', 'web'),
  named('Allowlists', 'list'),
  named('Attestations', 'web', { label: 'Agent begins with', head: 'Agent' }),
  named('People', 'worker'),
  named('Groups', 'team'),
  named('Roles', 'watch'),
  { title: 'Assignments', filter: filterByRole },
  named('API credentials', 'script'),
  named('Domains', 'tenant'),
  named('Projects', 'site'),
  { title: 'Policies', asks: 'query Policies' },
  { title: 'Audit', filter: filterByActor },
  { title: 'Denials', within: 'Audit', asks: 'query AuditCounts', least: 5 },
];
