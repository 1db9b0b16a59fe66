import { type Context, mayOn, userOf } from '../../authority/index.js';
import { type Id, noId } from '../../platform/ids.js';
import { agentGet } from '../agents/index.js';
import { agents } from '../agents/tables.js';
import { userGet } from '../users/index.js';
import { users } from '../users/tables.js';
import { type Audience, listAgents, listUsers, type Part, type Place } from './candidates.js';
import type { Capable, CapableView, Judge } from './judge.js';
import type { Places } from './places.js';
import { permissionGet } from './policies.js';

/** Holders to consider for one part, or for the count of hidden principals; and parts to read for one page. */
const LOOKED_AT_MAX = 500;
const PARTS_MAX = 2;
/** Principals to read for a part at least, since some of them may not be listed. */
const READ_AT_LEAST = 50;

/** A page of principals that pass, and the id after which the next page starts. */
export interface CapablePage {
  readonly listed: readonly CapableView[];
  readonly endId: string | null;
  readonly hasNextPage: boolean;
}

/** The length of an id up to its millisecond. */
const MOMENT_LENGTH = 'usr_00000000-0000'.length;

/**
 * Where the next page starts after an id that may belong to a hidden principal, and so must not be shown: at the id's
 * millisecond, or after the last principal shown. If that is no progress, after the id's millisecond.
 */
function goingOn(end: string, told: string, from: string): string {
  const moment = end.slice(0, MOMENT_LENGTH);
  if (moment > told) return moment;
  return told > from ? told : `${moment}-8`;
}

/** Searches the principals that could pass for those that do, by id, a bounded number at a time. */
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

  /** Reads until the page is full, nobody is left, or `PARTS_MAX` parts are read. */
  async page(first: number, from: string): Promise<CapablePage> {
    const listed: Capable[] = [];
    let after = from;
    const limit = Math.max(first + 1, READ_AT_LEAST);
    for (let parts = 0; parts < PARTS_MAX; parts += 1) {
      const { capable, end } = await this.#part(true, { after, limit, lookedAt: LOOKED_AT_MAX });
      for (const one of capable) {
        if (!this.#judge.isTold(one)) continue;
        if (listed.length === first) return this.#page(listed, listed.at(-1)?.id ?? null, true);
        listed.push(one);
      }
      if (end === null) return this.#page(listed, listed.at(-1)?.id ?? null, false);
      after = end;
    }
    return this.#page(listed, goingOn(after, listed.at(-1)?.id ?? from, from), true);
  }

  #page(listed: readonly Capable[], endId: string | null, hasNextPage: boolean): CapablePage {
    return { listed: this.#judge.views(listed), endId, hasNextPage };
  }

  /** How many principals pass that the caller may not see; considers at most `LOOKED_AT_MAX` holders. */
  countHidden(): Promise<number> {
    this.#hidden ??= this.#countHidden();
    return this.#hidden;
  }

  async #countHidden(): Promise<number> {
    const { capable } = await this.#part(false, { after: '', limit: LOOKED_AT_MAX, lookedAt: LOOKED_AT_MAX });
    return capable.filter((one) => !this.#judge.isTold(one)).length;
  }

  /** Some of the principals that pass, and the id after which to continue; null when nobody follows. */
  async #part(isListed: boolean, part: Part): Promise<{ capable: readonly Capable[]; end: string | null }> {
    const { db } = this.#context;
    const audience = this.#audience(isListed);
    // Agent ids sort before user ids.
    const agentsFound = await listAgents(db, this.#found.agents, audience, part);
    const capable = await this.#judge.agents(agentsFound.rows);
    if (agentsFound.end !== null) return { capable, end: agentsFound.end };
    const usersFound = await listUsers(db, this.#places, this.#found, audience, part);
    capable.push(...(await this.#judge.users(usersFound.rows, this.#found.scopes)));
    return { capable, end: usersFound.end };
  }

  #audience(isListed: boolean): Audience {
    const { actor, policies } = this.#context;
    return {
      isListed,
      selfId: userOf(actor) ?? noId('User'),
      users: policies.visible([userGet.name], actor, users),
      agents: policies.visible([agentGet.name], actor, agents),
      hasOpenAgents: this.#isOpen(actor.where && 'domainId' in actor.where ? actor.where.domainId : null),
    };
  }

  #isOpen(domainId: Id<'Domain'> | null): boolean {
    return mayOn(this.#context, permissionGet, { userId: null, domainId });
  }
}
