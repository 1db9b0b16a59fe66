import type { Page, Request } from '@playwright/test';
import type { Visit } from '../fixture.js';
import { type CrowdedList, TABLE_ROWS } from './lists.js';
import { scriptOn } from './watch.js';

/** How many rows a list asks for at a time. */
const PAGE_SIZE = 50;
/** A place without a list, from which the others are gone to. */
const QUIET_PLACE = 'account';

/** Whether a request is for the first page of a list. */
function isFor({ asks }: CrowdedList, request: Request): boolean {
  if (!request.url().endsWith('/graphql')) return false;
  const { query, variables } = request.postDataJSON();
  if (asks !== undefined) return query.startsWith(asks);
  return query.includes('list: ') && variables.first === PAGE_SIZE && !variables.after;
}

/** Goes to where the link of a list is, and waits until all is at rest there. */
export const goBefore = ({ go }: Visit, { within }: CrowdedList) => go(within?.toLowerCase() ?? QUIET_PLACE);

/** From the click on the link of a list to its rows at rest, in milliseconds. */
export async function timeTo({ page }: Visit, list: CrowdedList): Promise<number> {
  const { title, within = 'Places', rows = TABLE_ROWS, least = PAGE_SIZE } = list;
  const link = page.getByRole('navigation', { name: within }).getByRole('link', { name: title, exact: true });
  const answered = page.waitForResponse((response) => isFor(list, response.request()));
  const since = performance.now();
  await link.click();
  // Rows that were read before are there at once; at rest they are when the server has said what they are now.
  await (await answered).finished();
  await page
    .locator(rows)
    .nth(least - 1)
    .waitFor();
  await scriptOn(page, 'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  return Math.round(performance.now() - since);
}

/** How many pages of a list were in view so far, after the list was scrolled to its end. */
const pagesSeen = (page: Page): Promise<number> =>
  scriptOn(
    page,
    `scrollTo(0, document.documentElement.scrollHeight);
    document.querySelectorAll('main tbody').length - 1`,
  );

/** Scrolls until so many rows of a list have been in view. */
export async function scrollThrough(page: Page, rows: number): Promise<void> {
  while ((await pagesSeen(page)) * PAGE_SIZE < rows) await page.waitForTimeout(20);
}

/** How many bytes the scripts of a page hold, after everything that is not used was removed. */
export async function heapOf(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usedSize;
}
