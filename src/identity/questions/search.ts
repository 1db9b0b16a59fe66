import { type Context, mayOn } from '../../authority/index.js';
import { agentGet } from '../agents/index.js';
import { agents } from '../agents/tables.js';
import { userGet } from '../users/index.js';
import { users } from '../users/tables.js';
import { type Audience, listAgents, listUsers, type Place } from './candidates.js';
import type { Capable, CapableView, Judge } from './judge.js';
import type { Places } from './places.js';
import { permissionGet } from './policies.js';

/** How many are looked at for one answer. */
const LOOKED_AT_MAX = 2500;
/** How many are looked at together; for a page as many as it has, if not too few for those that are not shown. */
const READ_AT_ONCE = 500;
const READ_AT_LEAST = 100;
const HIDDEN_MAX = 1000;

interface Shown {
  readonly id: string;
  readonly view: CapableView;
}

/** A page of those who may; its end, from which to go on. */
export interface ShownPage {
  readonly shown: readonly Shown[];
  readonly endId: string | null;
  readonly hasNextPage: boolean;
}

/** Looks for those who may among those who could: a bounded number at a time, in the order of their ids. */
export class Search {
  readonly #context: Context;
  readonly #found: Places;
  readonly #judge: Judge;
  readonly #places: readonly Place[];
  #hidden: Promise<number> | undefined;

  constructor(context: Context, found: Places, judge: Judge) {
    this.#context = context;
    this.#found = found;
    this.#judge = judge;
    this.#places = found.scopes.map((scope) => ({ scope, isOpen: this.#isOpen(scope.domainId) }));
  }

  /** Reads on until the page is full, nobody is left, or as many were looked at as one answer may take. */
  async page(first: number, from: string): Promise<ShownPage> {
    const shown: Shown[] = [];
    let after = from;
    for await (const { capable, end } of this.#parts(true, from, Math.max(first + 1, READ_AT_LEAST))) {
      for (const one of capable) {
        const view = this.#judge.view(one);
        if (view === null) continue;
        if (shown.length === first) return { shown, endId: shown.at(-1)?.id ?? null, hasNextPage: true };
        shown.push({ id: one.id, view });
      }
      if (end === null) return { shown, endId: shown.at(-1)?.id ?? null, hasNextPage: false };
      after = end;
    }
    return { shown, endId: after, hasNextPage: true };
  }

  /** How many may of whom the caller may not know; counted up to a number. */
  countHidden(): Promise<number> {
    this.#hidden ??= this.#countHidden();
    return this.#hidden;
  }

  async #countHidden(): Promise<number> {
    let count = 0;
    for await (const { capable, end } of this.#parts(false, '', READ_AT_ONCE)) {
      count += capable.filter((one) => this.#judge.view(one) === null).length;
      if (end === null || count >= HIDDEN_MAX) break;
    }
    return Math.min(count, HIDDEN_MAX);
  }

  /** Those who may, part by part, with the id at which each ends: null for the last. */
  async *#parts(
    isShown: boolean,
    from: string,
    limit: number,
  ): AsyncGenerator<{ capable: readonly Capable[]; end: string | null }> {
    const { db } = this.#context;
    const audience = this.#audience(isShown);
    let after = from;
    for (let looked = 0; looked < LOOKED_AT_MAX; looked += limit) {
      const part = { after, limit };
      const agentRows = await listAgents(db, this.#found.agents, audience, part);
      // Ids of agents come before those of users.
      const isOfAgents = agentRows.length === limit;
      const userRows = isOfAgents ? [] : await listUsers(db, this.#places, this.#found, audience, part);
      const capable = [...this.#judge.agents(agentRows), ...(await this.#judge.users(userRows, this.#found.scopes))];
      const last = (isOfAgents ? agentRows : userRows).at(-1)?.id;
      const isLast = !isOfAgents && userRows.length < limit;
      yield { capable, end: isLast ? null : (last ?? null) };
      if (isLast || last === undefined) return;
      after = last;
    }
  }

  #audience(isShown: boolean): Audience {
    const { actor, policies } = this.#context;
    return {
      isShown,
      selfId: actor.principal?.id ?? '',
      users: policies.visible([userGet.name], actor, users),
      agents: policies.visible([agentGet.name], actor, agents),
      hasOpenAgents: this.#isOpen(actor.where && 'domainId' in actor.where ? actor.where.domainId : null),
    };
  }

  #isOpen(domainId: string | null): boolean {
    return mayOn(this.#context, permissionGet, { userId: null, domainId });
  }
}
