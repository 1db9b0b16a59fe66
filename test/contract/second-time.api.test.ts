import { eq } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type GraphQLField, getNamedType, isInputObjectType, isNonNullType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shapeOf } from '../../src/attestation/records/fields.js';
import { agentEtag } from '../../src/attestation/records/index.js';
import { findAgent } from '../../src/attestation/records/repository.js';
import { auditEntries } from '../../src/audit/entries/tables.js';
import { authorizationEpoch } from '../../src/authority/tables.js';
import { DOMAINS } from '../../src/domains.js';
import { events } from '../../src/events/index.js';
import { agents } from '../../src/identity/agents/index.js';
import { findNumbers } from '../../src/identity/overrides/repository.js';
import { roleEtag } from '../../src/identity/roles/etag.js';
import { findRoleById } from '../../src/identity/roles/index.js';
import { etagOf } from '../../src/platform/etag.js';
import { newId } from '../../src/platform/ids.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { asId } from '../harness/ids.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { datedObjects, datedTables, type Moves, movesBetween, nameOf } from './dated.js';
import { attemptOnce, mutationsOf } from './personas/doing.js';
import type { Attempt, Attempts } from './personas/fixture.js';
import { MUTATIONS } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';
import { allTables } from './tables.js';

type Mutation = GraphQLField<unknown, unknown>;

/** What does something each time without being named for it, and why it must. */
const EVERY_TIME: Readonly<Record<string, string>> = {
  enrollAgent: 'makes a secret for the TPM each time: the one before may have been lost',
  setUserPassword: 'who sets the password that is set must not learn by it that it was',
  renewNodeLease: 'stores when the machine was there',
  reportNodeFacts: 'stores when the machine said so',
};
/** Evidence for a challenge that is open, which ends it. */
const submitted: Attempts = async (world) => {
  const [attempt] = (await MUTATIONS.submitEvidence?.(world)) ?? [];
  const input: Attempt['input'] = async (persona) => {
    const asked: object = (await attempt?.input(persona)) ?? {};
    if (persona.principal?.kind !== 'agent') return asked;
    return { ...asked, attestationId: await world.rows.challenge(persona.principal.id, 'OPEN') };
  };
  return attempt ? [{ ...attempt, input }] : [];
};
const WAYS: typeof MUTATIONS = { ...MUTATIONS, submitEvidence: submitted };

/** What has a request id is done once for it. Without one, what makes something makes another each time. */
const isEveryTime = (field: Mutation) =>
  field.name in EVERY_TIME || (/^(create|issue)/.test(field.name) && !('requestId' in inputFields(field)));

/** What a request left behind. */
interface Trace {
  readonly isRoutine: boolean;
  readonly word: string | undefined;
  readonly entries: readonly string[];
  readonly changes: number;
  readonly hasEvents: boolean;
  readonly isEpochMoved: boolean;
  /** What it did to objects that say when they changed. */
  readonly moves: Moves;
  /** When its audit entries say that it was. */
  readonly at: readonly Date[];
  /** Statements that hold the epoch alone, and those that wrote anything but denials. */
  readonly statements: readonly string[];
}

const mutations = mutationsOf(buildSchema(DOMAINS));
const statements: string[] = [];
let server: TestServer;
let world: World;
let personas: readonly Persona[];
const traces = new Map<string, readonly Trace[]>();

beforeAll(async () => {
  server = await startTestServer({
    settings: { denialWindowMs: 600_000 },
    statements: { logQuery: (statement) => void statements.push(statement) },
  });
  world = await makeWorld(server);
  personas = await makePersonas(world);
  for (const field of mutations) traces.set(field.name, await threeTimes(field));
}, 240_000);
afterAll(() => server.close());

/** The first way of the matrix that somebody may go, gone three times with the same input. */
async function threeTimes(field: Mutation): Promise<readonly Trace[]> {
  for (const attempt of (await WAYS[field.name]?.(world)) ?? []) {
    for (const persona of attempt.isSilent ? [] : personas) {
      const input = { ...(await attempt.input(persona)), ...idFor(field) };
      const first = await traceOf(field, attempt, persona, input);
      if (first.word !== '**yes**') continue;
      const second = await traceOf(field, attempt, persona, await refreshed(input));
      return [first, second, await traceOf(field, attempt, persona, await refreshed(input))];
    }
  }
  return [];
}

function inputFields({ args }: Mutation): object {
  const type = args[0]?.type;
  const input = isNonNullType(type) ? type.ofType : type;
  return isInputObjectType(input) ? input.getFields() : {};
}

const idFor = (field: Mutation) => ('requestId' in inputFields(field) ? { requestId: newId('Token') } : {});

async function traceOf(field: Mutation, attempt: Attempt, persona: Persona, input: object): Promise<Trace> {
  const { db, placer } = server.services;
  await placer.committed();
  const before = { epoch: await epoch(), events: await db.$count(events), objects: await datedObjects(db) };
  statements.length = 0;
  const { words, requestId } = await attemptOnce(world, field, persona, new Map([[attempt, input]]));
  const word = words[attempt.target];
  // What was refused was rolled back.
  const seen = statements.filter((one) => isHold(one) || (word === '**yes**' && isWrite(one)));
  const entries = await db.select().from(auditEntries).where(eq(auditEntries.requestId, requestId));
  await placer.committed();
  return {
    isRoutine: attempt.isRoutine ?? false,
    word,
    entries: entries.map(({ action, outcome }) => `${outcome} ${action}`),
    changes: entries.filter(({ outcome }) => outcome === 'ALLOWED').length,
    hasEvents: (await db.$count(events)) !== before.events,
    isEpochMoved: (await epoch()) !== before.epoch,
    moves: movesBetween(before.objects, await datedObjects(db)),
    at: entries.map(({ occurredAt }) => occurredAt),
    statements: seen,
  };
}

// Others lock rows of their own, as `for update of` says, and only read the epoch.
const isHold = (statement: string) => /authorization_epoch.*for update(?! of)/is.test(statement);
const isWrite = (statement: string) =>
  /^\s*(insert|update|delete|with\b.*\b(insert into|update "|delete from))/is.test(statement) &&
  !statement.includes('"audit_entries"');

async function epoch(): Promise<number | undefined> {
  const [row] = await server.services.db.select().from(authorizationEpoch);
  return row?.epoch;
}

/** The tables whose rows have an etag. */
const versioned = (await allTables()).filter(
  (table): table is PgTable & { id: PgColumn; version: PgColumn } => 'id' in table && 'version' in table,
);

/** The same input, for the object as it is by now. */
async function refreshed(input: object): Promise<object> {
  const { db } = server.services;
  if ('baseRevision' in input) return { ...input, baseRevision: (await findNumbers(db)).inForce };
  if (!('etag' in input)) return input;
  const id = Buffer.from(String(input.etag), 'base64url').toString().split('.')[0] ?? '';
  const role = await findRoleById(db, asId(id));
  if (role) return { ...input, etag: roleEtag(role) };
  const agent = await findAgent(db, eq(agents.id, asId(id)));
  if (agent) return { ...input, etag: agentEtag(shapeOf(agent, new Date())) };
  for (const table of versioned) {
    const [row] = await db.select({ id: table.id, version: table.version }).from(table).where(eq(table.id, id));
    if (row) return { ...input, etag: etagOf(row as { id: string; version: number }) };
  }
  return input;
}

const told = (nth: 1 | 2, isWanted: (field: Mutation) => boolean) =>
  mutations.filter(isWanted).flatMap((field) => {
    const { word, entries = [], hasEvents, isEpochMoved, statements: seen = [] } = traces.get(field.name)?.[nth] ?? {};
    const parts = [...(nth === 1 ? entries.filter((entry) => !entry.startsWith('DENIED')) : entries), ...seen];
    if (hasEvents) parts.push('an event');
    if (isEpochMoved) parts.push('another epoch');
    return parts.length === 0 ? [] : [`${field.name} (${word}): ${parts.join('; ')}`];
  });

/** Whether something was done: it left an audit entry, or, as a machine's routine, only answered, or wrote once. */
function isDone({ name }: Mutation, trace: Trace | undefined): boolean {
  if (!trace?.isRoutine) return (trace?.changes ?? 0) > 0;
  const { entries, hasEvents, isEpochMoved, statements: seen } = trace;
  const isQuiet = entries.length === 0 && !hasEvents && !isEpochMoved && !seen.some(isHold);
  return isQuiet && seen.length === (name in EVERY_TIME ? 1 : 0);
}

describe('what changes nothing', () => {
  test('ok: every mutation of the schema is done once, and that leaves an entry, or nothing where it is routine', () => {
    expect(mutations.length).toBeGreaterThan(30);
    const notDone = mutations.filter((field) => !isDone(field, traces.get(field.name)?.[0]));
    expect(notDone.map(({ name }) => name)).toEqual([]);
  });

  test('ok: the second time names the object as it is by then', () => {
    expect(versioned.length).toBeGreaterThan(5);
    const stale = mutations.filter(({ name }) => traces.get(name)?.[1]?.word === 'STALE_ETAG');
    expect(stale.map(({ name }) => name)).toEqual([]);
  });

  test('ok: the second time is free: no entry, no event, the epoch as it was and held by nobody alone', () => {
    expect(told(1, (field) => !isEveryTime(field))).toEqual([]);
  });

  test('ok: nor does it leave a denial each time, where what it was about is gone', () => {
    expect(told(2, (field) => !isEveryTime(field))).toEqual([]);
  });

  test('ok: what is left out here does something each time', () => {
    const free = mutations.filter((field) => isEveryTime(field) && !isDone(field, traces.get(field.name)?.[1]));
    expect(free.map(({ name }) => name)).toEqual([]);
    expect(Object.keys(EVERY_TIME).filter((name) => !mutations.some((field) => field.name === name))).toEqual([]);
  });
});

describe('what changes rights', () => {
  /** What callers are looked up by, and what decides for them. */
  const CHANGES =
    /^\s*(update|delete from)\s+"(tokens|api_credentials|roles|role_assignments|role_implications|group_members|policy_revisions)"/i;
  const ADDS = /^\s*insert into\s+"(role_assignments|role_implications|group_members|policy_revisions)"/i;
  const OF_USERS = /^\s*update\s+"users".*"(is_enabled|password_hash)" = /is;

  const OF_OPERATORS = /^\s*update\s+"projects".*"is_operators" = /is;

  test('same: it moves the epoch, so that every replica and stream asks anew; what does not leaves it', () => {
    const isOfRights = (statement: string) =>
      [CHANGES, ADDS, OF_USERS, OF_OPERATORS].some((one) => one.test(statement));
    const first = mutations.flatMap(({ name }) => {
      const [trace] = traces.get(name) ?? [];
      return trace === undefined ? [] : [{ name, trace }];
    });
    const changing = first.filter(({ trace }) => trace.statements.some(isOfRights)).map(({ name }) => name);
    expect(changing.length).toBeGreaterThan(20);
    expect(first.filter(({ trace }) => trace.isEpochMoved).map(({ name }) => name)).toEqual(changing);
  });
});

describe('when an object changed', () => {
  const all = () => mutations.flatMap(({ name }) => (traces.get(name) ?? []).map((trace) => ({ name, ...trace })));

  /** The types of a payload's objects that say when they changed. */
  const dated = ({ type }: Mutation): readonly string[] => {
    const payload = getNamedType(type);
    const types = isObjectType(payload)
      ? Object.values(payload.getFields()).map((field) => getNamedType(field.type))
      : [];
    return types.filter((one) => isObjectType(one) && 'updatedAt' in one.getFields()).map(({ name }) => name);
  };
  /** What answers such an object without a change of it. */
  const LEAVES: Readonly<Record<string, string>> = {
    addGroupMember: 'members are no part of a group, nor groups of a user',
    removeGroupMember: 'members are no part of a group, nor groups of a user',
  };

  test('same: readers see a change of an object where its time moved, and only there; what is routine moves none', () => {
    const wrong = all().filter(({ isRoutine, moves: { changed, moved } }) =>
      isRoutine ? moved.length > 0 : String(changed) !== String(moved),
    );
    expect(wrong.map(({ name, moves }) => [name, moves])).toEqual([]);
  });

  test('ok: every mutation that answers such an object, and did not make it, moves its time the first time', () => {
    const answering = mutations.filter((field) => dated(field).length > 0 && !field.name.startsWith('create'));
    expect(answering.length).toBeGreaterThan(15);
    const still = answering.filter(({ name }) => traces.get(name)?.[0]?.moves.moved.length !== 1);
    expect(still.map(({ name }) => name)).toEqual(Object.keys(LEAVES));
  });

  test('ok: the second and the third time move nothing', () => {
    const moving = mutations
      .filter((field) => !isEveryTime(field))
      .flatMap(({ name }) => {
        const [, ...later] = traces.get(name) ?? [];
        return later.some(({ moves }) => moves.moved.length > 0) ? [name] : [];
      });
    expect(moving).toEqual([]);
  });

  test('ok: it is the time of the audit entry, for what is made too', () => {
    const times = all().flatMap(({ name, moves, at }) => moves.times.map((time) => ({ name, time, at })));
    expect(times.length).toBeGreaterThan(20);
    expect(times.filter(({ time, at }) => !at.some((one) => one.getTime() === time.getTime()))).toEqual([]);
  });

  test('ok: so says every object that counts its changes, and every agent', () => {
    expect(datedTables.map(nameOf)).toEqual(expect.arrayContaining(versioned.map(nameOf)));
    expect(datedTables.map(nameOf)).toContain('agents');
  });
});
