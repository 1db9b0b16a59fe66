import { count, eq } from 'drizzle-orm';
import { type GraphQLField, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import type { Json, TestServer } from '../../harness/server.js';
import { AGENT_MUTATIONS } from './agent-mutations.js';
import { ALLOWLIST_MUTATIONS } from './allowlist-mutations.js';
import { type Answered, ask } from './ask.js';
import { IDENTITY_MUTATIONS } from './identity-mutations.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

/** A well-formed input that is aimed at something of its own, so that no attempt spoils another. */
export interface Attempt {
  readonly target: string;
  /** The same for every persona, or what depends on who asks. */
  readonly input: object | ((persona: Persona) => object | Promise<object>);
  /** True when it changes nothing even when it is allowed. */
  readonly isSilent?: boolean;
}
export type Attempts = (world: World) => Promise<readonly Attempt[]>;

export const MUTATIONS: Readonly<Record<string, Attempts>> = {
  ...IDENTITY_MUTATIONS,
  ...ALLOWLIST_MUTATIONS,
  ...AGENT_MUTATIONS,
};

type Mutation = GraphQLField<unknown, unknown>;

/** What one persona got of one mutation. */
export interface Deed {
  readonly persona: string;
  readonly mutation: string;
  readonly words: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** How many of the attempts should have changed something. */
  readonly changes: number;
}

/** A mutation as everybody. What somebody changed is made anew for who comes next. */
export async function attemptAll(world: World, field: Mutation, personas: readonly Persona[]): Promise<Deed[]> {
  const make = MUTATIONS[field.name];
  const deeds: Deed[] = [];
  if (make === undefined) return deeds;
  let attempts: readonly Attempt[] | undefined;
  for (const persona of personas) {
    attempts ??= await make(world);
    const deed = await attempt(world, field, persona, attempts);
    if (Object.values(deed.words).includes('**yes**')) attempts = undefined;
    deeds.push(deed);
  }
  return deeds;
}

/** One request with all attempts. */
async function attempt(world: World, field: Mutation, persona: Persona, attempts: readonly Attempt[]): Promise<Deed> {
  const type = String(field.args[0]?.type);
  const declared = attempts.map((_, index) => `$i${index}: ${type}`).join(', ');
  const variables: Record<string, object> = {};
  for (const [index, { input }] of attempts.entries()) {
    variables[`i${index}`] = typeof input === 'function' ? await input(persona) : input;
  }
  const fields = attempts.map((_, index) => `${field.name}(input: $i${index}) { ${selectionOf(field)} }`);
  const answers = await ask(world.server, `mutation (${declared})`, fields, variables, persona.token);
  const words = answers.map((answer, index) => [attempts[index]?.target ?? '', wordOf(answer, field.name)] as const);
  const changes = attempts.filter(({ isSilent }, index) => !isSilent && words[index]?.[1] === '**yes**').length;
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
  if (!Object.values(rest).some((value) => typeof value === 'string' || (value && typeof value === 'object'))) {
    throw new Error(`${mutation} was neither done nor refused`);
  }
  return '**yes**';
}
