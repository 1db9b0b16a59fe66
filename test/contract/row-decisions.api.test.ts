import type { GraphQLField } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bumpEpoch, lockEpoch } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { insert } from '../../src/identity/overrides/repository.js';
import { faultsOf } from '../../src/platform/policy/index.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { attemptOnce, mutationsOf } from './personas/doing.js';
import type { Attempt } from './personas/fixture.js';
import { MUTATIONS } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';

type Mutation = GraphQLField<unknown, unknown>;

const mutations = mutationsOf(buildSchema(DOMAINS));
let server: TestServer;
let world: World;
let personas: readonly Persona[];
beforeAll(async () => {
  server = await startTestServer({ settings: { denialWindowMs: 600_000 } });
  world = await makeWorld(server);
  personas = await makePersonas(world);
}, 120_000);
afterAll(() => server.close());

/** The policy of a mutation and one of its target keys; undefined for a policy that decides on no row. */
function targetOf({ name }: Mutation): { readonly policy: string; readonly key: string } | undefined {
  const { policies } = server.services.declared;
  const policy = policies.find(({ operations }) => operations.includes(`Mutation.${name}`));
  const [key] = policy?.target ? policy.target.keys.keys() : [];
  return policy && key !== undefined ? { policy: policy.name, key } : undefined;
}

/** Puts a check in force, or what is declared; not by the API, which lets nobody lock administrators out. */
async function inForce(entries: readonly { readonly name: string; readonly check: string }[]): Promise<void> {
  // A policy with a faulty check refuses everybody, which would show nothing.
  expect(faultsOf({ entries, enforceNewDefaults: true }, server.services.declared)).toEqual([]);
  await server.services.db.transaction(async (tx) => {
    await lockEpoch(tx, 'update');
    const row = { isCandidate: false, enforceNewDefaults: true, userId: null, reason: null, rolledBackTo: null };
    await insert(tx, { ...row, createdAt: new Date() }, entries);
    await bumpEpoch(tx);
  });
}

const wordOf = async (field: Mutation, attempt: Attempt, persona: Persona): Promise<string | undefined> => {
  const input = await attempt.input(persona);
  return (await attemptOnce(world, field, persona, new Map([[attempt, input]]))).words[attempt.target];
};

/** The first way of the matrix that somebody may go, gone again where a check refuses each row, and only that. */
async function refusedBy(field: Mutation, check: string, policy: string): Promise<string | undefined> {
  for (const attempt of (await MUTATIONS[field.name]?.(world)) ?? []) {
    for (const persona of attempt.isSilent ? [] : personas) {
      if ((await wordOf(field, attempt, persona)) !== '**yes**') continue;
      await inForce([{ name: policy, check }]);
      const word = await wordOf(field, attempt, persona);
      await inForce([]);
      return word;
    }
  }
  return undefined;
}

test('refused: every mutation whose policy looks at a row asks it of the row, and not only of the caller', async () => {
  const asked = mutations.flatMap((field) => {
    const target = targetOf(field);
    return target ? [{ field, ...target }] : [];
  });
  expect(asked.length).toBeGreaterThan(25);
  const words = new Map<string, string | undefined>();
  // No row has such a value; whether the caller could ever pass is not known before there is a row.
  for (const { field, policy, key } of asked)
    words.set(field.name, await refusedBy(field, `'none':%(${key})s`, policy));
  const wrong = [...words].filter(([, word]) => word !== 'forbidden' && word !== 'hidden');
  expect(wrong).toEqual([]);
}, 240_000);
