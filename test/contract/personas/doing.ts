import { count, eq } from 'drizzle-orm';
import { type GraphQLField, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import type { Json, TestServer } from '../../harness/server.js';
import { type Answered, ask } from './ask.js';
import type { Attempt } from './fixture.js';
import { MUTATIONS } from './fixtures.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

type Mutation = GraphQLField<unknown, unknown>;

/** What one persona got of one mutation in one request. */
export interface Deed {
  readonly persona: string;
  readonly mutation: string;
  readonly words: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** How many audit entries the attempts should have left. */
  readonly changes: number;
}

/** Tries a mutation as everybody. */
export async function attemptAll(world: World, field: Mutation, personas: readonly Persona[]): Promise<Deed[]> {
  const attempts = (await MUTATIONS[field.name]?.(world)) ?? [];
  const made = new Map<Attempt, object>();
  const deeds: Deed[] = [];
  for (const persona of attempts.length > 0 ? personas : []) {
    for (const attempt of attempts) {
      if (attempt.isOwn || !made.has(attempt)) made.set(attempt, await attempt.input(persona));
    }
    const entries = [...made];
    for (let from = 0; from < entries.length; from += AT_ONCE) {
      const deed = await attemptOnce(world, field, persona, new Map(entries.slice(from, from + AT_ONCE)));
      for (const attempt of attempts) if (deed.words[attempt.target] === '**yes**') made.delete(attempt);
      deeds.push(deed);
    }
  }
  return deeds;
}

/** Of the dearest mutations so many are within what one operation may cost. */
const AT_ONCE = 2;

/** Some attempts in one request. */
export async function attemptOnce(world: World, field: Mutation, persona: Persona, made: ReadonlyMap<Attempt, object>) {
  const attempts = [...made.keys()];
  const variables = Object.fromEntries([...made.values()].map((input, index) => [`i${index}`, input]));
  const declared = Object.keys(variables).map((name) => `$${name}: ${field.args[0]?.type}`);
  const fields = Object.keys(variables).map((name) => `${field.name}(input: $${name}) { ${selectionOf(field)} }`);
  const answers = await ask(world.server, `mutation (${declared.join(', ')})`, fields, variables, persona.token);
  const words = answers.map((answer, index) => [attempts[index]?.target ?? '', wordOf(answer, field.name)] as const);
  const isAudited = ({ isSilent = false, isRoutine = false }: Attempt) => !isSilent && !isRoutine;
  const done = attempts.filter((one, index) => isAudited(one) && words[index]?.[1] === '**yes**');
  const changes = done.reduce((sum, { entries = 1 }) => sum + entries, 0);
  const requestId = answers[0]?.requestId ?? '';
  return { persona: persona.name, mutation: field.name, words: Object.fromEntries(words), requestId, changes };
}

/** How many changes the audit log tells of, by request. */
export async function changesByRequest({ services: { db } }: TestServer): Promise<ReadonlyMap<string, number>> {
  const { requestId, outcome } = auditEntries;
  const rows = await db
    .select({ requestId, changes: count() })
    .from(auditEntries)
    .where(eq(outcome, 'ALLOWED'))
    .groupBy(requestId);
  return new Map(rows.map((row) => [row.requestId, row.changes]));
}

export const mutationsOf = (schema: GraphQLSchema) => Object.values(schema.getMutationType()?.getFields() ?? {});

/** All of a payload, of objects only that they are there. */
function selectionOf(field: Mutation): string {
  const payload = getNamedType(field.type);
  if (!isObjectType(payload)) throw new Error(`${field.name} has no payload`);
  const parts = Object.values(payload.getFields()).map(({ name, type }) =>
    isObjectType(getNamedType(type)) ? `${name} { ${name === 'userErrors' ? 'code' : '__typename'} }` : name,
  );
  return parts.join(' ');
}

function wordOf({ value: payload, refusal }: Answered, mutation: string): string {
  if (refusal !== null) return refusal;
  const { userErrors, ...rest }: Json = payload;
  if (userErrors.length > 0) return userErrors[0].code;
  if (
    !Object.values(rest).some(
      (value) => ['string', 'number'].includes(typeof value) || (value && typeof value === 'object'),
    )
  ) {
    throw new Error(`${mutation} was neither done nor refused`);
  }
  return '**yes**';
}
