import {
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { attestationDomain } from '../../src/attestation/index.js';
import { fleetDomain } from '../../src/fleet/index.js';
import { identityDomain } from '../../src/identity/index.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import type { Random } from './walk.js';

/** What random inputs are made of. */
export interface Pool {
  /** Ids of objects that exist, whoever may read them, by their type. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  readonly roles: readonly string[];
  readonly policies: readonly string[];
  /** The etag of an object now. */
  etagOf(id: string): string | undefined;
}

/** Of each pair an input has one. */
const ALTERNATIVES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  GrantRoleInput: [['user', 'group']],
  CreateJoinTokenInput: [['node', 'nodeName']],
};

export const PASSWORD = 'a password of the walk';

/** A mutation with random input of its type: ids of objects that exist, names of roles, etags that are right. */
export function randomMutation(field: GraphQLField<unknown, unknown>, pool: Pool, random: Random) {
  const [argument] = field.args;
  const type = argument && getNamedType(argument.type);
  if (!isInputObjectType(type)) throw new Error(`${field.name} has no input`);
  const maker = new Maker(pool, random);
  const input = maker.input(type);
  return {
    query: `mutation ($input: ${type.name}!) { ${field.name}(input: $input) { ${selectionOf(field)} } }`,
    input,
    ids: maker.ids,
  };
}

/** Ids of what a payload names, and what was wrong. */
function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const fields = Object.values((getNamedType(type) as GraphQLObjectType).getFields());
  const objects = fields.filter(({ name, type: of }) => name !== 'userErrors' && hasId(getNamedType(of)));
  const key = fields.some(({ name }) => name === 'key') ? ['key'] : [];
  return ['userErrors { code message path }', ...key, ...objects.map(({ name }) => `${name} { id }`)].join(' ');
}

const hasId = (type: unknown) => isObjectType(type as never) && 'id' in (type as GraphQLObjectType).getFields();

class Maker {
  readonly #pool: Pool;
  readonly #random: Random;
  /** Ids that the input names. */
  readonly ids: string[] = [];

  constructor(pool: Pool, random: Random) {
    this.#pool = pool;
    this.#random = random;
  }

  input(type: GraphQLInputObjectType): Record<string, unknown> {
    const fields = Object.values(type.getFields());
    if (type.isOneOf) {
      // Names lead to the same objects as ids.
      const field = fields.find(({ name }) => name === 'id') ?? this.#random.pick(fields);
      return { [field.name]: this.#value(field.name, field.type, type.name) };
    }
    const made: Record<string, unknown> = {};
    const left = new Set((ALTERNATIVES[type.name] ?? []).map((names) => this.#random.pick(names)));
    for (const { name, type: of } of fields) {
      if (name === 'requestId' || name === 'etag' || left.has(name)) continue;
      const isAlternative = ALTERNATIVES[type.name]?.flat().includes(name) ?? false;
      const isGiven = isNonNullType(of) || isAlternative || this.#random.chance(0.4);
      if (isGiven) made[name] = this.#value(name, of, type.name);
    }
    // Last, since it is the etag of what the other fields name.
    if (fields.some(({ name }) => name === 'etag')) made.etag = this.#pool.etagOf(this.ids[0] ?? '') ?? 'unknown';
    return made;
  }

  #value(name: string, type: GraphQLInputType, of: string): unknown {
    if (isNonNullType(type)) return this.#value(name, type.ofType, of);
    if (isListType(type)) return [this.#value(name, type.ofType, of)];
    if (isInputObjectType(type)) return this.input(type);
    if (isEnumType(type)) return this.#random.pick(type.getValues()).name;
    switch (getNamedType(type).name) {
      case 'ID':
        return this.#id(name === 'id' ? of.replace(/(Ref|Input)$/, '') : name.replace(/Ids?$/, ''));
      case 'Boolean':
        return name === 'system' || this.#random.chance(0.5);
      case 'DateTime':
        return new Date(Date.now() + (this.#random.below(200) - 20) * 60_000).toISOString();
      case 'Int':
        return this.#random.below(5);
      case 'Duration':
        return 'PT30M';
      default:
        return this.#text(name);
    }
  }

  #text(name: string): string {
    if (name === 'key') return this.#random.pick(['admin.a', 'admin.b', 'policy.a', 'attested.ek', 'reported.a', 'a']);
    if (/password/i.test(name)) return `${PASSWORD}${this.#random.below(2)}`;
    if (/role/i.test(name)) return this.#random.pick(this.#pool.roles);
    if (/polic/i.test(name)) return this.#random.pick(this.#pool.policies);
    return this.#random.pick(['admin', 'Admin', 'reader', `name-${this.#random.below(1_000_000)}`]);
  }

  #id(kind: string): string {
    const wanted = kind[0]?.toUpperCase() + kind.slice(1);
    const known = this.#pool.ids.get(wanted) ?? [];
    const all = [...this.#pool.ids.values()].flat();
    const id = this.#random.pick(known.length > 0 && this.#random.chance(0.97) ? known : all);
    this.ids.push(id);
    return id;
  }
}

export interface Attempt {
  readonly field: GraphQLField<unknown, unknown>;
  /** Of tokens that it may be tried with. */
  readonly scopeTypes: readonly string[] | 'authenticated';
}

/** Those of attestation that say what nodes and their agents are. */
const OF_ATTESTATION = /^(bindAllowlist|setProjectDefaults|resetAgent|unbanAgent|retireAgent|updateAgent)$/;

/** The mutations that take a token: all of identity and fleet, and some of attestation. */
export function attempts(): readonly Attempt[] {
  const domains = [identityDomain, attestationDomain, fleetDomain];
  const fields = buildSchema(domains).getMutationType()?.getFields() ?? {};
  return domains.flatMap((domain) =>
    domain.policies.flatMap(({ scopeTypes, operations }) => {
      if (scopeTypes === 'public') return [];
      const names = operations.flatMap((operation) => /^Mutation\.(.*)/.exec(operation)?.[1] ?? []);
      const wanted = domain === attestationDomain ? names.filter((name) => OF_ATTESTATION.test(name)) : names;
      return wanted.flatMap((name) => (fields[name] ? [{ field: fields[name], scopeTypes }] : []));
    }),
  );
}
