/**
 * Members of a bounded pool, each with the key of its owner. When the pool is full, the key with the most members loses
 * its oldest one, so that a key with few members gets in whatever others hold. Every call takes constant time.
 */
export class FairPool<T> {
  readonly #max: number;
  readonly #members = new Map<string, Set<T>>();
  /** Keys by their number of members. */
  readonly #keysOf = new Map<number, Set<string>>();
  #most = 0;
  #size = 0;

  /** @param max 0 sets no bound. */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a member. Returns the one that leaves for it, which may be the same. */
  add(key: string, member: T): T | undefined {
    const own = this.#members.get(key) ?? new Set<T>();
    this.#members.set(key, own.add(member));
    this.#size += 1;
    this.#count(key, own.size - 1, own.size);
    return this.#max > 0 && this.#size > this.#max ? this.takeFromLargest() : undefined;
  }

  /** Removes a member. Returns false when it is gone already. */
  delete(key: string, member: T): boolean {
    const own = this.#members.get(key);
    if (!own?.delete(member)) return false;
    this.#size -= 1;
    this.#count(key, own.size + 1, own.size);
    if (own.size === 0) this.#members.delete(key);
    return true;
  }

  /** Removes the oldest member of the key with the most, and returns it. */
  takeFromLargest(): T | undefined {
    const [key] = this.#keysOf.get(this.#most) ?? [];
    if (key === undefined) return undefined;
    const [oldest] = this.#members.get(key) ?? [];
    if (oldest !== undefined) this.delete(key, oldest);
    return oldest;
  }

  #count(key: string, before: number, after: number): void {
    const left = this.#keysOf.get(before);
    left?.delete(key);
    if (left?.size === 0) this.#keysOf.delete(before);
    if (after > 0) this.#keysOf.set(after, (this.#keysOf.get(after) ?? new Set<string>()).add(key));
    if (after > this.#most || (before === this.#most && !this.#keysOf.has(before))) this.#most = after;
  }
}
