import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Share } from '../db/open.js';
import type { Shown } from './shown.js';

const PROVEN_MAX = 20_000;

/**
 * Which credentials proved genuine here when they were last shown. Their look-ups have connections that those of strangers,
 * who show whatever they like, cannot take. It decides nothing else: each is looked up again every time.
 */
export class Proven {
  readonly #known = new LRUCache<string, true>({ max: PROVEN_MAX });

  shareFor(shown: Shown): Share {
    return this.#known.has(keyOf(shown)) ? 'caller' : 'stranger';
  }

  add(shown: Shown): void {
    this.#known.set(keyOf(shown), true);
  }

  remove(shown: Shown): void {
    this.#known.delete(keyOf(shown));
  }
}

/** Secrets are not kept. */
const keyOf = (shown: Shown) => createHash('sha256').update(JSON.stringify(shown)).digest('base64');
