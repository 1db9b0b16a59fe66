import { eq } from 'drizzle-orm';
import { type GraphQLInputField, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPolicies } from '../../src/app.js';
import { operationsOn } from '../../src/authority/operations.js';
import { DOMAINS } from '../../src/domains.js';
import { agents } from '../../src/identity/agents/tables.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { asId } from '../harness/ids.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { attemptOnce, mutationsOf } from './personas/doing.js';
import type { Attempt } from './personas/fixture.js';
import { MUTATIONS } from './personas/fixtures.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld, type World } from './personas/world.js';

/**
 * Refusals that are about another object of the input, by mutation: `viewerCan` is asked about one object, and cannot
 * know the other. The list only shrinks.
 */
const BY_ANOTHER_OBJECT: Readonly<Record<string, string>> = {
  bindAllowlist: 'the caller may not read the allowlist, so it is hidden',
  submitEvidence: 'the challenge is of another agent, so it is hidden',
  addGroupMember: 'the caller may not read the user, so it is hidden',
  addImpliedRole: 'the grant rule is about the implied role, which the input names',
};

/** Of the dearest mutations so many are within what one operation may cost. */
const AT_ONCE = 2;

const REFUSED: ReadonlySet<string | undefined> = new Set(['hidden', 'forbidden', 'scope', '401']);

const schema = buildSchema(DOMAINS);
const mutations = mutationsOf(schema);
type Mutation = (typeof mutations)[number];

let server: TestServer;
let world: World;
let personas: readonly Persona[];
beforeAll(async () => {
  server = await startTestServer({ settings: { denialWindowMs: 600_000 } });
  world = await makeWorld(server);
  personas = await makePersonas(world);
}, 600_000);
afterAll(() => server.close());

/** The types that tell what the viewer can, by the fields of inputs that name one of them. */
const TYPES = Object.values(schema.getTypeMap()).flatMap((type) =>
  isObjectType(type) && type.getFields().viewerCan ? [type.name] : [],
);

function fieldsOf({ args }: Mutation): GraphQLInputField[] {
  const input = args[0] && getNamedType(args[0].type);
  return isInputObjectType(input) ? Object.values(input.getFields()) : [];
}

/** What a field of an input refers to: by a reference of the type's name, or by its id. */
const typeOf = ({ name, type }: GraphQLInputField): string | undefined =>
  TYPES.find((one) => getNamedType(type).name === `${one}Ref` || name === `${one[0]?.toLowerCase()}${one.slice(1)}Id`);

const known = { policies: allPolicies(), requirements: DOMAINS.flatMap(({ requirements }) => requirements ?? []) };
/** Which type the server tells a mutation of. */
const about: ReadonlyMap<string, string> = new Map(
  TYPES.flatMap((type) => operationsOn(known, type).operations.map(({ name }) => [name, type] as const)),
);
/** Who may use them depends on no right of the caller's. */
const isPublic = ({ name }: Mutation) => known.policies.policyFor(`Mutation.${name}`)?.scopeTypes === 'public';

/** As a router asks: by type and ids. Null for what is hidden. */
async function asked(persona: Persona, type: string, ids: readonly string[], operation: string): Promise<Json[]> {
  const query = `query ($of: [_Any!]!, $names: [String!]) {
    _entities(representations: $of) { ... on ${type} { viewerCan(operations: $names) { operation isAllowed reason } } } }`;
  const of = ids.map((id) => ({ __typename: type, id }));
  const { body } = await server.graphql(query, { of, names: [operation] }, persona.token);
  return ids.map((_, index) => body.data?._entities?.[index]?.viewerCan?.[0] ?? null);
}

/** The id of the object that an input is about. */
function idIn(input: Json, field: GraphQLInputField): string | undefined {
  const value = input[field.name];
  return typeof value === 'string' ? value : value?.id;
}

interface Compared {
  readonly persona: string;
  readonly mutation: string;
  readonly target: string;
  readonly word: string | undefined;
  readonly can: Json;
}

/** What a machine's mutation is about without naming it: the agent that calls, or its node. */
async function ownOf({ principal }: Persona, type: string): Promise<string | undefined> {
  if (principal?.kind !== 'agent') return undefined;
  if (type === 'Agent') return principal.id;
  const [row] = await server.services.db
    .select()
    .from(agents)
    .where(eq(agents.id, asId(principal.id)));
  return type === 'Node' ? (row?.nodeId ?? undefined) : undefined;
}

/** Asks first, and then attempts it, as everybody. */
async function compare(field: Mutation, type: string): Promise<Compared[]> {
  const attempts = (await MUTATIONS[field.name]?.(world)) ?? [];
  const named = fieldsOf(field).find((one) => typeOf(one) === type);
  const made = new Map<Attempt, object>();
  const compared: Compared[] = [];
  for (const persona of personas) {
    const own = await ownOf(persona, type);
    for (const attempt of attempts)
      if (attempt.isOwn || !made.has(attempt)) made.set(attempt, await attempt.input(persona));
    const aimed = [...made].flatMap(([attempt, input]) => {
      const id = (named && idIn(input, named)) ?? own;
      return id === undefined ? [] : [{ attempt, input, id }];
    });
    const ids = aimed.map(({ id }) => id);
    const answers = await asked(persona, type, ids, field.name);
    const words: Record<string, string> = {};
    for (let from = 0; from < aimed.length; from += AT_ONCE) {
      const some = aimed.slice(from, from + AT_ONCE).map(({ attempt, input }) => [attempt, input] as const);
      Object.assign(words, (await attemptOnce(world, field, persona, new Map(some))).words);
    }
    for (const [index, { attempt }] of aimed.entries()) {
      const { target } = attempt;
      if (words[target] === '**yes**') made.delete(attempt);
      compared.push({ persona: persona.name, mutation: field.name, target, word: words[target], can: answers[index] });
    }
  }
  return compared;
}

describe('what the viewer can is what it may do', () => {
  test('ok: each mutation whose input names such an object is told of it, or of another one that it names', () => {
    const naming = mutations.filter((field) => !isPublic(field) && !/^create|^grant/.test(field.name));
    const naturally = naming.filter((field) => fieldsOf(field).some(typeOf)).map(({ name }) => name);
    expect(naturally.length).toBeGreaterThan(35);
    expect(naturally.filter((name) => !about.has(name))).toEqual([]);
    // And the other way: of what is told, the input names the object, or it is the machine's own.
    const unnamed = [...about].filter(([name, type]) => {
      const field = mutations.find((one) => one.name === name);
      return !field || !fieldsOf(field).some((one) => typeOf(one) === type);
    });
    const ofMachines = ({ scopeTypes }: { scopeTypes: unknown }) =>
      Array.isArray(scopeTypes) && scopeTypes.includes('agent');
    const wrong = unnamed.filter(
      ([name]) => !ofMachines(known.policies.policyFor(`Mutation.${name}`) ?? { scopeTypes: null }),
    );
    expect(wrong).toEqual([]);
  });

  test.each([...about])(
    'ok: %s is allowed where the attempt is not refused for want of rights, and nowhere else',
    async (name, type) => {
      const field = mutations.find((one) => one.name === name);
      const compared = field ? await compare(field, type) : [];
      expect(compared.length).toBeGreaterThan(0);
      const wrong = compared.filter(({ word, can }) => (can?.isAllowed ?? false) === REFUSED.has(word));
      const unexpected = wrong.filter(({ can }) => !(can?.isAllowed && BY_ANOTHER_OBJECT[name]));
      expect(unexpected.map((one) => JSON.stringify(one))).toEqual([]);
      expect(wrong.length > 0).toBe(name in BY_ANOTHER_OBJECT);
    },
    120_000,
  );

  const others = mutations.filter(({ name }) => !about.has(name)).map((field) => [field.name, field] as const);
  test.each(others)(
    'ok: %s can be done at all where one of the attempts is not refused, and nowhere else',
    async (name, field) => {
      const attempts = (await MUTATIONS[name]?.(world)) ?? [];
      const wrong: string[] = [];
      for (const persona of personas.filter(({ token }) => token !== undefined)) {
        const can = await canAtAll(persona, name);
        // A credential that may not read the viewer is told nothing, and no right decides on what is public.
        if (can === undefined && isPublic(field)) continue;
        const words: (string | undefined)[] = [];
        for (const attempt of attempts) {
          const input = await attempt.input(persona);
          words.push((await attemptOnce(world, field, persona, new Map([[attempt, input]]))).words[attempt.target]);
        }
        // What is hidden is so after the operation was allowed.
        const isDone = words.some((word) => !['forbidden', 'scope', '401'].includes(word ?? ''));
        if (isDone !== (can?.isAllowed ?? false)) wrong.push(`${persona.name}: ${words} ${JSON.stringify(can)}`);
      }
      expect(wrong).toEqual([]);
    },
    120_000,
  );
});

async function canAtAll({ token }: Persona, operation: string): Promise<Json> {
  const query = 'query ($names: [String!]) { viewer { can(operations: $names) { isAllowed reason } } }';
  const { body } = await server.graphql(query, { names: [operation] }, token);
  return body.data?.viewer?.can?.[0];
}
