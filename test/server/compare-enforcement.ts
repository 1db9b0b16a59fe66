import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { expect } from 'vitest';
import { allPolicies } from '../../src/app.js';
import { type Actor, anonymous, type Context } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { createLogger } from '../../src/platform/log.js';
import { createGraphql } from '../../src/server/graphql/apollo.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { enforce } from '../../src/server/guard/enforce.js';
import { asId } from '../harness/ids.js';
import { answerByPath, randomOperation } from './random-operations.js';

const policies = allPolicies();
const guarded = enforce(answerByPath(buildSchema(DOMAINS, policies)), policies);
const log = createLogger('silent');

const user = {
  principal: { kind: 'user', id: asId('u'), name: 'u', domainId: asId('d') },
  token: null,
  epoch: 0,
  rolesUntil: null,
} as const;
const own = { user_id: 'u', user_domain_id: 'd' };
const inProject = (roles: string[]): Actor => ({
  ...user,
  where: { type: 'project', projectId: asId('p'), domainId: asId('d') },
  scope: 'project',
  credentials: { ...own, roles, project_id: 'p', project_domain_id: 'd' },
});
export const PERSONAS: Readonly<Record<string, Actor>> = {
  anonymous,
  unscoped: { ...user, where: { type: 'unscoped' }, scope: 'unscoped', credentials: own },
  'system admin': {
    ...user,
    where: { type: 'system' },
    scope: 'system',
    credentials: { ...own, system_scope: 'all', roles: ['admin', 'manager', 'member', 'reader'] },
  },
  'system reader': {
    ...user,
    where: { type: 'system' },
    scope: 'system',
    credentials: { ...own, system_scope: 'all', roles: ['reader'] },
  },
  'domain admin': {
    ...user,
    where: { type: 'domain', domainId: asId('d') },
    scope: 'domain',
    credentials: { ...own, domain_id: 'd', roles: ['admin', 'manager', 'member', 'reader'] },
  },
  'project admin': inProject(['admin', 'manager', 'member', 'reader']),
  'project reader': inProject(['reader']),
  'listed credential': {
    ...inProject(['reader']),
    limit: { policies: new Set(['agent:get', 'allowlist:get', 'project:get']) },
  },
  'trusted agent': {
    principal: { kind: 'agent', id: asId('a'), name: 'a', domainId: asId('d') },
    token: null,
    epoch: 0,
    rolesUntil: null,
    where: { type: 'agent', agentId: asId('a'), projectId: asId('p'), domainId: asId('d') },
    scope: 'agent',
    credentials: {
      agent_id: 'a',
      agent_kind: 'MACHINE',
      project_id: 'p',
      project_domain_id: 'd',
      trust_state: 'TRUSTED',
    },
  },
};

/** Denials are audited in a transaction; nothing else here touches a database. */
const db = { transaction: async () => {} };

function ask(server: ApolloServer<Context>, query: string, actor: Actor) {
  const context = {
    actor,
    policies,
    candidate: null,
    log,
    db,
    requestId: 'r',
    charge: () => {},
    isAsync: query.length % 2 > 0,
    clock: { now: () => new Date(0) },
  };
  const headers = new HeaderMap([['content-type', 'application/json']]);
  return server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'POST',
      headers,
      search: '',
      body: { query, variables: { flag: query.length % 3 > 0 } },
    },
    context: async () => context as unknown as Context,
  });
}

interface Told {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string };
}

interface Answered {
  readonly status: number | undefined;
  readonly data: unknown;
  /** Path, message and extensions of each, as JSON. */
  readonly errors: readonly string[];
}

/** Errors in a fixed order: that in which siblings fail is not specified (GraphQL, section 6.4.4). */
async function answerOf(server: ApolloServer<Context>, query: string, actor: Actor): Promise<Answered> {
  const { status, body } = await ask(server, query, actor);
  if (body.kind !== 'complete') throw new Error('not one answer');
  const { data, errors = [] } = JSON.parse(body.string) as { data?: unknown; errors?: Told[] };
  const told = errors.map((error) => JSON.stringify([error.path, error.message, error.extensions])).sort();
  return { status, data, errors: told };
}

/** Where an answer is null, on the way to an error. */
function nulledAt(data: unknown, path: readonly (string | number)[]): string | null {
  let at = data as Record<string | number, unknown> | null | undefined;
  for (const [index, step] of path.entries()) {
    if (at === null || at === undefined) return path.slice(0, index).join('.');
    at = at[step] as typeof at;
  }
  return null;
}

export interface EnforcementTally {
  /** Operations asked, by each persona. */
  compared: number;
  /** Of them those that ran on the schema without guards. */
  bare: number;
  withErrors: number;
  /** Errors that only one of the two told, below a null that both told an error for. */
  siblingsOfNull: number;
}

/** Asks operations made from the seeds `from` up to `to`, as every persona, and compares the answers. */
export async function compareEnforcement(from: number, to: number): Promise<EnforcementTally> {
  const tally = { compared: 0, bare: 0, withErrors: 0, siblingsOfNull: 0 };
  const allowsAll = (document: DocumentNode, context: Context) => {
    const isAllowed = guarded.allowsAll(document, context);
    tally.bare += isAllowed ? 1 : 0;
    return isAllowed;
  };
  const hoisted = createGraphql({ ...guarded, allowsAll }, log);
  const stock = createGraphql({ ...guarded, allowsAll: () => false }, log);
  await Promise.all([hoisted.start(), stock.start()]);
  for (let seed = from; seed < to; seed += 1) {
    const query = randomOperation(guarded.bare, seed);
    for (const [persona, actor] of Object.entries(PERSONAS)) {
      const [fast, reference] = [await answerOf(hoisted, query, actor), await answerOf(stock, query, actor)];
      tally.compared += 1;
      tally.withErrors += reference.errors.length > 0 ? 1 : 0;
      tally.siblingsOfNull += compare(fast, reference, `seed ${seed}, ${persona}\n${query}`);
    }
  }
  await Promise.all([hoisted.stop(), stock.stop()]);
  return tally;
}

function compare(fast: Answered, reference: Answered, about: string): number {
  expect([fast.status, fast.data], about).toEqual([reference.status, reference.data]);
  const odd = [
    ...fast.errors.filter((error) => !reference.errors.includes(error)),
    ...reference.errors.filter((error) => !fast.errors.includes(error)),
  ];
  // Below a null, any one of the errors that made it so may be told (section 6.4.4); stock graphql-shield makes every
  // field asynchronous, and so sometimes tells another sibling's.
  for (const error of odd) {
    const nulled = nulledAt(fast.data, JSON.parse(error)[0] ?? []);
    expect(nulled, `${about}\n${error}`).not.toBeNull();
    for (const { errors } of [fast, reference]) {
      expect(
        errors.some((told) => isBelow(told, nulled ?? '')),
        about,
      ).toBe(true);
    }
  }
  return odd.length;
}

const isBelow = (error: string, path: string) => (JSON.parse(error)[0] ?? []).join('.').startsWith(path);
