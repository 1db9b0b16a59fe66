import type { Db } from '../../db/open.js';
import type { ByteBudget, Lease } from '../../platform/byte-budget.js';
import { collectGarbage } from '../../platform/garbage.js';
import type { StoredContent } from '../../uploads/contents/index.js';
import { type CompiledRuntimePolicy, compiledBytes } from '../runtime-policy/index.js';
import { compileInWorker } from '../workers/index.js';
import { withStoredList } from './stored-list.js';

/** The content and excludes that a runtime policy is compiled from. */
export interface ListSource extends StoredContent {
  readonly excludes: readonly string[];
}

interface List {
  readonly policy: Promise<CompiledRuntimePolicy>;
  readonly lease: Lease;
  /** 0 until compiled. */
  bytes: number;
  /** How many callers use it or wait for it. Dropping it before they are done would free nothing. */
  users: number;
}

/** Less than this is not worth the milliseconds of a garbage collection. */
const LARGE_BYTES = 32 * 1024 * 1024;

/**
 * Compiled runtime policies of a process. Keeps those in use, the one used last, and other recently used ones up to
 * half of the budget; it drops the others when memory is needed. The key is the content, so a kept policy is never out
 * of date, whichever database it came from.
 */
export class CompiledLists {
  readonly #memory: ByteBudget;
  /** The least recently used first. */
  readonly #kept = new Map<string, List>();

  constructor(memory: ByteBudget) {
    this.#memory = memory;
    memory.whenShort((bytes) => this.#drop(bytes));
  }

  /**
   * Runs something with a list. Concurrent callers of the same list share one compilation. So pass the database and
   * never a transaction: its holder could wait for a compilation that waits for the transaction.
   */
  async use<T>(db: Db, source: ListSource, run: (policy: CompiledRuntimePolicy) => Promise<T>): Promise<T> {
    const key = JSON.stringify([source.digest, source.excludes]);
    const list = this.#kept.get(key) ?? this.#begin(key, db, source);
    this.#kept.delete(key);
    this.#kept.set(key, list);
    list.users += 1;
    try {
      return await run(await list.policy);
    } finally {
      list.users -= 1;
      // The one used last may exceed half: without it, each of its agents would compile it again.
      this.#drop(this.#bytes() - this.#memory.max / 2, [...this.#kept.keys()].at(-1));
    }
  }

  #begin(key: string, db: Db, source: ListSource): List {
    const lease = this.#memory.lease(null);
    const list: List = { policy: compile(db, source, lease), lease, bytes: 0, users: 0 };
    list.policy.then(
      (policy) => {
        list.bytes = compiledBytes(policy);
      },
      () => {
        lease.end();
        if (this.#kept.get(key) === list) this.#kept.delete(key);
      },
    );
    return list;
  }

  #bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#kept.values()) sum += bytes;
    return sum;
  }

  /** Drops unused lists, the least recently used first, until so many bytes are free. */
  #drop(bytes: number, but?: string): void {
    // The new lease fills this memory at once.
    if (this.#forget(bytes, but) >= LARGE_BYTES) collectGarbage();
  }

  #forget(bytes: number, but: string | undefined): number {
    let dropped = 0;
    for (const [key, list] of this.#kept) {
      if (dropped >= bytes) break;
      if (list.users > 0 || key === but) continue;
      this.#kept.delete(key);
      list.lease.end();
      dropped += list.bytes;
    }
    return dropped;
  }
}

const lists = new WeakMap<ByteBudget, CompiledLists>();

/** The compiled lists of a memory budget. */
export function compiledLists(memory: ByteBudget): CompiledLists {
  const known = lists.get(memory) ?? new CompiledLists(memory);
  lists.set(memory, known);
  return known;
}

/** The memory of the result stays leased. */
function compile(db: Db, source: ListSource, lease: Lease): Promise<CompiledRuntimePolicy> {
  return withStoredList(db, source, lease, (list) => compileInWorker(list, source.excludes, lease));
}
