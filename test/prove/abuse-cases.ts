import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
} from 'graphql';
import type { Kind as IdKind } from '../../src/platform/ids.js';
import { Costs } from '../../src/server/limits/cost.js';
import { LIMITS } from '../../src/server/limits/operation-limits.js';
import { COST_MAX, OPERATION } from '../../src/server/limits/prices.js';
import type { AbuseWorld } from './abuse-world.js';

export interface Case {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
  readonly cost: number;
}

/** Of a page, or of what is asked by key. */
const FIRSTS = [200, 10];
/** How many levels of objects below a field are asked for. */
const LEVELS = [0, 1, 2];
/** Passwords wait in a queue of their own, and these end the callers' tokens. */
const LEFT_OUT = new Set(['createUser', 'setUserPassword', 'revokeToken', 'revokeTokens', 'disableUser', 'deleteUser']);

/** Documents that ask for as much as they may: each field, as often and with as long pages as its cost allows. */
export class Cases {
  readonly #schema: GraphQLSchema;
  readonly #costs: Costs;
  readonly #values: readonly (readonly [RegExp, string])[];
  readonly #nth: AbuseWorld['nth'];
  #made = 0;

  constructor(schema: GraphQLSchema, { nth, domainId, projectId }: AbuseWorld) {
    this.#schema = schema;
    this.#costs = new Costs(schema);
    this.#nth = nth;
    const text = JSON.stringify;
    const project = `{ project: { id: ${text(projectId)} } }`;
    this.#values = [
      [/^(previewPolicyChange|setPolicy\w+)\.input\.overrides$/, '[{ name: "agent:ban", check: "role:admin" }]'],
      [/\.policy$|^policy\.name$/, '"agent:get"'],
      [/\.targetId$/, text(nth('Agent', 1))],
      [/\.scope$/, project],
      [/\.principal$/, `{ user: { id: ${text(nth('User', 500))} } }`],
      [/agent(Id|\.ref|\.id)$|input\.agent$|^agent\.ref$/, ''],
      [/^domain\.ref$/, `{ id: ${text(domainId)} }`],
      [/^project\.ref$/, `{ id: ${text(projectId)} }`],
      [/^attestationResult\.id$/, text(nth('AttestationResult', 200_001))],
      [/^policyRevision\.number$|[rR]evision$/, '0'],
      [/expiresAt$/, '"2026-12-31T00:00:00Z"'],
      [/tpmPolicy$/, text(text({ 10: ['0'.repeat(64)] }))],
      [/\.size$/, '1000'],
      [/digest$/, `"sha256:${'0'.repeat(64)}"`],
      [/Seq$|\.filter$|\.after$|orderBy$/, ''],
    ];
    const refs: readonly IdKind[] = ['Agent', 'Allowlist', 'Domain', 'Project', 'User', 'Group', 'Role'];
    this.#refs = refs.map((kind) => {
      const name = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
      return [
        new RegExp(`(^${name}\\.ref|input\\.(implied)?${name})$`, 'i'),
        (n: number) => `{ id: ${text(nth(kind, n))} }`,
      ];
    });
  }
  readonly #refs: readonly (readonly [RegExp, (n: number) => string])[];

  /** Of every field of Query and Mutation, for each length of page and depth that its cost allows. */
  all(): Case[] {
    const queries = Object.values(this.#schema.getQueryType()?.getFields() ?? {});
    const mutations = Object.values(this.#schema.getMutationType()?.getFields() ?? {});
    return [
      ...queries.flatMap((field) => (field.name === '_entities' ? [] : this.#often('query', field, FIRSTS, LEVELS))),
      ...mutations.flatMap((field) => (LEFT_OUT.has(field.name) ? [] : this.#often('mutation', field, [1], [0, 2]))),
      ...this.#entities(),
      ...this.#documents(),
    ];
  }

  #often(
    kind: 'query' | 'mutation',
    field: GraphQLField<unknown, unknown>,
    firsts: readonly number[],
    levels: readonly number[],
  ): Case[] {
    const cases = new Map<string, Case>();
    for (const level of levels)
      for (const first of [...firsts, this.#longest(kind, field, level)]) {
        const one = this.#cost(`${kind} { ${this.#field(field, level, first)} }`);
        const times = Math.min(LIMITS.rootFields, Math.floor((COST_MAX - OPERATION) / (one - OPERATION)));
        if (times < 1) continue;
        const asked = Array.from({ length: times }, (_, n) => `a${n}: ${this.#field(field, level, first)}`);
        const query = `${kind} { ${asked.join(' ')} }`;
        const name = `${times} × ${field.name}, pages of ${first}, ${level} levels`;
        const [key, cost] = [query.replaceAll(/\d+/g, ''), this.#cost(query)];
        // Of those that differ in their numbers alone, the dearest.
        if (within(query) && cost > (cases.get(key)?.cost ?? 0)) cases.set(key, { name, query, cost });
      }
    return [...cases.values()];
  }

  /** The longest page that one operation may ask for. */
  #longest(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>, level: number): number {
    const fits = (first: number) => this.#cost(`${kind} { ${this.#field(field, level, first)} }`) <= COST_MAX;
    let [least, most] = [1, 200];
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (fits(middle)) least = middle;
      else most = middle - 1;
    }
    return least;
  }

  #entities(): Case[] {
    const union = this.#schema.getType('_Entity');
    const types = isUnionType(union) ? union.getTypes() : [];
    return types.flatMap(({ name }) =>
      LEVELS.flatMap((level) => {
        const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${name} ${this.#selection(name, level, 1)} } }`;
        const representation = (n: number) => ({
          __typename: name,
          id: this.#nth(name as IdKind, n + 1),
        });
        const of = (length: number) => ({ r: Array.from({ length }, (_, n) => representation(n)) });
        const [one, two] = [this.#cost(query, of(1)), this.#cost(query, of(2))];
        const length = Math.min(1600, 1 + Math.floor((COST_MAX - one) / (two - one)));
        if (length < 1 || !within(query)) return [];
        const variables = of(length);
        return [
          { name: `${length} × ${name} by key, ${level} levels`, query, variables, cost: this.#cost(query, variables) },
        ];
      }),
    );
  }

  /** What is dear to read, whatever it asks for. */
  #documents(): Case[] {
    const many = (count: number, make: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => make(n)).join(' ');
    const { counts } = LIMITS;
    const component = (n: number) =>
      `fragment f${n} on Viewer { kind ${many(20, (i) => (i < 1 ? `a${n}: kind` : 'kind').slice(0, 40))} }`;
    const texts: Readonly<Record<string, string>> = {
      introspection: getIntrospectionQuery(),
      'one type after another': `{ ${many(20, (n) => `a${n}: __type(name: "Mutation") { name }`)} }`,
      'fields that are repeated': `{ viewer { ${many(34, () => 'kind')} } }`,
      'repeated fields with arguments': `{ ${many(20, () => 'agents(first: 1, filter: { names: ["a"] }) { nodes { id } }')} }`,
      'fragments that are compared': `{ viewer { ${many(counts.fragments, (n) => `...f${n}`)} } } ${many(counts.fragments, (n) => `fragment f${n} on Viewer { b${n}: kind }`)}`,
      'many repeated fragments': `{ viewer { ${many(10, (n) => `...f${n}`)} } } ${many(10, component)}`,
      'names that do not exist': `{ ${many(900, (n) => `agentss${n}(firstt: 1) { idd }`)} }`.slice(
        0,
        LIMITS.textLength,
      ),
      'types that do not exist': many(50, (n) => `fragment f${n} on AttestationResultConnectionEdgeS${n} { id }`),
      'a long literal': `{ agents(first: 1, filter: { names: [${many(LIMITS.literalSize, (n) => `"n${n}"`)}] }) { nodes { id } } }`,
      'variables that are not used': `query (${many(counts.variables, (n) => `$v${n}: AgentFilter`)}) { viewer { kind } }`,
      'many operations': many(
        counts.operations,
        (n) => `query q${n} { viewer { ${many(60, () => 'kind').slice(0, 100)} } }`,
      ),
      'a long text': `{ agents(filter: { names: ["${'x'.repeat(LIMITS.stringLength)}"] }) { nodes { id } } }`,
    };
    const variables = { f: { names: Array.from({ length: 4900 }, (_, n) => `name-${n}`) } };
    const filter = 'query ($f: AgentFilter) { agents(first: 1, filter: $f) { nodes { id } } }';
    return [
      ...Object.entries(texts).map(([name, query]) => ({ name, query, cost: 0 })),
      { name: 'variables', query: filter, variables, cost: this.#cost(filter, variables) },
      {
        name: 'variables that do not fit',
        query: filter,
        variables: { f: { names: variables.f.names.map(() => ({})) } },
        cost: 0,
      },
    ];
  }

  #cost(query: string, variables = {}): number {
    const document = parse(query);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
    return this.#costs.of(operation, document, variables);
  }

  #field(field: GraphQLField<unknown, unknown>, levels: number, first: number): string {
    this.#made += 1;
    const given = field.args.flatMap(({ name, type }) => {
      const literal = name === 'first' ? String(first) : this.#argument(`${field.name}.${name}`, type);
      return literal === '' ? [] : [`${name}: ${literal}`];
    });
    const type = getNamedType(field.type);
    const inner = isCompositeType(type) ? ` ${this.#selection(type.name, levels, first)}` : '';
    return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${inner}`;
  }

  #selection(typeName: string, levels: number, first: number): string {
    const type = this.#schema.getType(typeName);
    if (!isObjectType(type)) return '{ __typename }';
    const isPlumbing = /Connection$|Payload$/.test(typeName);
    const fields = Object.values(type.getFields()).filter((field) => {
      if (field.name === 'edges' || field.name === 'pageInfo') return false;
      return levels > 0 || isPlumbing || !isCompositeType(getNamedType(field.type));
    });
    return `{ __typename ${fields.map((field) => this.#field(field, isPlumbing ? levels : levels - 1, first)).join(' ')} }`;
  }

  #argument(place: string, type: GraphQLInputType): string {
    const known = this.#known(place);
    if (known !== undefined) return known;
    return isNonNullType(type) || place.endsWith('.input') ? this.#value(type, place) : '';
  }

  #known(place: string): string | undefined {
    const ref = this.#refs.find(([pattern]) => pattern.test(place));
    // Other ones each time, so that there is something to change.
    if (ref) return ref[1](1 + (place.startsWith('agent') ? 0 : this.#made % 200));
    return (
      this.#values.find(([pattern, value]) => value !== '' && pattern.test(place))?.[1] ??
      (this.#values.some(([pattern, value]) => value === '' && pattern.test(place)) ? '' : undefined)
    );
  }

  #value(type: GraphQLInputType, place: string): string {
    if (isNonNullType(type)) return this.#value(type.ofType, place);
    const known = this.#known(place);
    if (known !== undefined && known !== '') return known;
    if (isListType(type)) return '[]';
    if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const wanted = type.isOneOf
        ? fields.slice(0, 1)
        : fields.filter(({ name, type: of }) => isNonNullType(of) || /^(tpmPolicy|name|user)$/.test(name));
      return `{ ${wanted.map((field) => `${field.name}: ${this.#value(field.type, `${place}.${field.name}`)}`).join(', ')} }`;
    }
    if (type.name === 'Int' || type.name === 'BigInt') return '1';
    return type.name === 'Boolean' ? 'true' : `"x${this.#made}"`;
  }
}

const within = (query: string) =>
  query.length <= LIMITS.textLength && (query.match(/\w+|[^\s\w]/g)?.length ?? 0) < LIMITS.tokens;
