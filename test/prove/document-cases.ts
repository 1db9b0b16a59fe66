import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { mutateList } from './mutate.js';
import type { Random } from './walk.js';

const DEPTH = 4;
/** They would end the callers' tokens, or spend a third of a second on a password. */
const LEFT_OUT = new Set(['revokeToken', 'revokeTokens', 'issueToken', 'setUserPassword', 'disableUser']);
const TEXTS = [
  '',
  'default',
  'admin',
  '%',
  "'; drop table agents; --",
  '\\u0000',
  '/tmp',
  'é',
  'sha256:',
  'PT1H',
  'AAAA',
];

/** Makes documents that fit a schema, with arguments of which some name things that exist. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #ids: readonly string[];
  readonly #words: readonly string[];

  constructor(schema: GraphQLSchema, ids: readonly string[]) {
    this.#schema = schema;
    this.#ids = ids;
    this.#words = Object.values(schema.getTypeMap()).flatMap((type) => [
      type.name,
      ...(isObjectType(type) ? Object.keys(type.getFields()) : []),
    ]);
  }

  /** A document, and now and then one that was then cut and glued. */
  make(random: Random): string {
    const isMutation = random.chance(0.2);
    const root = isMutation ? this.#schema.getMutationType() : this.#schema.getQueryType();
    const fields = Object.values(root?.getFields() ?? {}).filter(({ name }) => !LEFT_OUT.has(name));
    const asked = Array.from({ length: 1 + random.below(3) }, (_, index) => {
      return `f${index}: ${this.#field(random, random.pick(fields), DEPTH)}`;
    });
    const text = `${isMutation ? 'mutation' : 'query'} { ${asked.join(' ')} }`;
    if (random.chance(0.65)) return text;
    const tokens = text.match(/\w+|\s+|[^\s\w]/g) ?? [];
    return mutateList(random, tokens, () =>
      random.pick([...TEXTS, '...', '@skip(if: true)', '$x', ...this.#words]),
    ).join('');
  }

  #field(random: Random, field: GraphQLField<unknown, unknown>, depth: number): string {
    const wanted = field.args.filter((argument) => isNonNullType(argument.type) || random.chance(0.5));
    const given = wanted.map((argument) => `${argument.name}: ${this.#value(random, argument.type, DEPTH)}`);
    const head = `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
    const type = getNamedType(field.type);
    return isCompositeType(type) ? `${head} ${this.#selection(random, type.name, depth)}` : head;
  }

  #selection(random: Random, typeName: string, depth: number): string {
    const type = this.#schema.getType(typeName);
    if (isUnionType(type)) {
      const of = random.pick(type.getTypes());
      return `{ __typename ... on ${of.name} ${this.#selection(random, of.name, depth - 1)} }`;
    }
    if (!isObjectType(type)) return '{ __typename }';
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 1 || !isCompositeType(getNamedType(field.type)),
    );
    const picked = new Set(fields.filter(() => random.chance(0.6)));
    return `{ __typename ${[...picked].map((field) => this.#field(random, field, depth - 1)).join(' ')} }`;
  }

  #value(random: Random, type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.#value(random, type.ofType, depth);
    if (random.chance(0.05)) return 'null';
    if (isListType(type)) return `[${this.#value(random, type.ofType, depth)}]`;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (!isInputObjectType(type)) return this.#scalar(random, type.name);
    const fields = Object.values(type.getFields());
    const wanted = type.isOneOf
      ? [random.pick(fields)]
      : fields.filter((field) => isNonNullType(field.type) || random.chance(0.4));
    const members = wanted.map(
      (field) => `${field.name}: ${depth > 0 ? this.#value(random, field.type, depth - 1) : 'null'}`,
    );
    return `{ ${members.join(', ')} }`;
  }

  #scalar(random: Random, name: string): string {
    if (name === 'Int') return String(random.pick([0, 1, 2, 50, 500, -1, 2 ** 31 - 1]));
    if (name === 'Float') return random.pick(['0', '1.5', '-1e300']);
    if (name === 'Boolean') return random.pick(['true', 'false']);
    if (name === 'DateTime')
      return random.pick(['"2026-01-01T00:00:00Z"', '"0000-00-00"', '"+275760-09-13T00:00:00Z"']);
    if (name === '_Any') return `{ __typename: "${random.pick(this.#words)}", id: "${random.pick(this.#ids)}" }`;
    if (random.chance(0.6)) return JSON.stringify(random.pick(this.#ids));
    return random.chance(0.2) ? String(random.below(9)) : `"${random.pick(TEXTS).replaceAll('"', '')}"`;
  }
}
