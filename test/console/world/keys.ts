import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';

/** Further than any control of a page. */
const TABS_MAX = 120;

/** A person who uses the keyboard alone. */
export class Keys {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  press(key: string): Promise<void> {
    return this.#page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.#page.keyboard.type(text);
  }

  /** Goes on from control to control until it is at the one that is wanted; each on the way shows where the focus is. */
  async to(wanted: Locator): Promise<void> {
    await wanted.first().waitFor();
    for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
      const isThere = await wanted
        .first()
        .evaluate((element) => (element as unknown as { matches(selector: string): boolean }).matches(':focus'));
      if (isThere) return;
      await this.press('Tab');
    }
    throw new Error(`The key Tab does not lead to ${wanted}.`);
  }

  /** Does what the control does. */
  async use(wanted: Locator): Promise<void> {
    await this.to(wanted);
    await this.press('Enter');
  }

  /** Goes to a place by the palette. */
  async go(place: string): Promise<void> {
    await this.press('Control+k');
    await expect(this.#page.getByRole('combobox')).toBeFocused();
    await this.type(place);
    await this.press('Enter');
    await expect(this.#page.locator('main h1').first()).toHaveText(place);
  }
}
