import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';
import { notFound } from '../../src/platform/errors.js';

const SCALARS: Readonly<Record<string, string>> = {
  ID: '"x"',
  String: '"x"',
  Int: '3',
  BigInt: '3',
  Float: '0.5',
  Boolean: 'true',
  DateTime: '"2026-01-01T00:00:00Z"',
  Duration: '"PT1H"',
  Digest: `"sha256:${'0'.repeat(64)}"`,
  Base64: '"AAAA"',
  JSONObject: '{ a: 1 }',
  _Any: '{ __typename: "Agent", id: "x" }',
};

const LEAVES: Readonly<Record<string, unknown>> = {
  Int: 3,
  BigInt: 3,
  Float: 0.5,
  Boolean: true,
  DateTime: new Date(0),
  JSONObject: { a: 1 },
};

/** Numbers from 0 up to 1 that a seed decides (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface OperationOptions {
  /** Whether there are queries alone. */
  readonly isQuery?: boolean;
  /** What to write at a place such as `agents.filter.names`; by default a value of the type. */
  readonly literalAt?: (place: string) => string | undefined;
}

/** A valid operation of a schema: aliases, arguments, fragments of both kinds; of even seeds with directives too. */
export function randomOperation(schema: GraphQLSchema, seed: number, options: OperationOptions = {}): string {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const fragments: string[] = [];
  let aliases = 0;
  const hasDirectives = seed % 2 === 0;

  function selection(type: GraphQLNamedType, depth: number): string {
    if (isUnionType(type)) {
      const parts = [0, 1]
        .map(() => pick(type.getTypes()))
        .map((of) => `... on ${of.name} ${selection(of, depth + 1)}`);
      return `{ __typename ${parts.join(' ')} }`;
    }
    if (!isObjectType(type)) throw new Error(`no selection of ${type.name}`);
    const fields = Object.values(type.getFields()).filter((field) => depth < 5 || !isComposite(field));
    const count = 1 + Math.floor(random() * 4);
    const chosen = Array.from({ length: fields.length === 0 ? 0 : count }, () => written(pick(fields), depth));
    return `{ ${['__typename', ...chosen].map((text) => wrapped(text, type, depth)).join(' ')} }`;
  }

  function wrapped(text: string, type: GraphQLNamedType, depth: number): string {
    const chance = random();
    if (depth === 0 || chance < 0.9) return text;
    if (chance < 0.95) return `... on ${type.name} { ${text} }`;
    fragments.push(`fragment F${fragments.length} on ${type.name} { ${text} }`);
    return `...F${fragments.length - 1}`;
  }

  function written(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const given = field.args.filter((argument) => isRequiredArgument(argument) || random() < 0.2);
    const args = given
      .map((argument) => `${argument.name}: ${literal(argument.type, `${field.name}.${argument.name}`)}`)
      .join(', ');
    const directive = hasDirectives && random() < 0.1 ? ` @${pick(['include', 'skip'])}(if: $flag)` : '';
    const inner = isCompositeType(type) ? ` ${selection(type, depth + 1)}` : '';
    return `a${++aliases}: ${field.name}${args && `(${args})`}${directive}${inner}`;
  }

  function literal(type: GraphQLInputType, place: string): string {
    if (isNonNullType(type)) return literal(type.ofType, place);
    if (isListType(type)) return `[${literal(type.ofType, place)}]`;
    const chosen = options.literalAt?.(place);
    if (chosen !== undefined) return chosen;
    if (isEnumType(type)) return (pick((type as GraphQLEnumType).getValues()) as { name: string }).name;
    if (!isInputObjectType(type)) return SCALARS[type.name] ?? '"x"';
    const all = Object.values(type.getFields());
    const given = type.isOneOf ? [pick(all)] : all.filter((field) => isRequiredInputField(field) || random() < 0.3);
    return `{ ${given.map((field) => `${field.name}: ${literal(field.type, `${place}.${field.name}`)}`).join(', ')} }`;
  }

  const isComposite = (field: GraphQLField<unknown, unknown>) => isCompositeType(getNamedType(field.type));
  const isQuery = options.isQuery || random() < 0.8;
  const root = isQuery ? schema.getQueryType() : schema.getMutationType();
  if (!root) throw new Error('the schema has no such root');
  const body = selection(root, 0);
  // The variable is always used, so that the document is valid.
  const used = hasDirectives ? body.replace('__typename', '__typename @include(if: $flag)') : body;
  const head = `${isQuery ? 'query' : 'mutation'} Op${hasDirectives ? '($flag: Boolean!)' : ''}`;
  return [`${head} ${used}`, ...fragments].join('\n');
}

/** Where values come from: a number that decides, whether they may be promises, and what stands for an object. */
interface Source {
  readonly random: () => number;
  readonly isAsync: boolean;
  readonly object: (type: GraphQLObjectType) => object;
}

const hashOf = (text: string) =>
  [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619), 7);

/**
 * Puts a resolver before every field that answers by the field's path alone: values, nulls, lists, faults, refusals;
 * at once or as promises, as the context's `isAsync` says. Faults come one way or the other: when an item of a list
 * throws beside one that rejects, graphql lets the rejection go unhandled.
 */
export function answerByPath(schema: GraphQLSchema): GraphQLSchema {
  for (const field of fieldsOf(schema)) {
    field.resolve = (_parent, _args, { isAsync }: { isAsync: boolean }, { path }) =>
      valueFor(field.type, { random: randomOf(hashOf(JSON.stringify(path))), isAsync, object: () => ({}) });
  }
  return schema;
}

/** The same by the parent alone, of which every second field is read without a resolver. */
export function answerByParent(schema: GraphQLSchema): GraphQLSchema {
  for (const field of fieldsOf(schema)) {
    const isRead = field.parent !== schema.getQueryType() && hashOf(field.name) % 2 === 0;
    field.resolve = isRead
      ? undefined
      : (parent: { seed: number } | undefined, _args, { isAsync }: { isAsync: boolean }) =>
          valueFor(field.type, sourceAt(parent?.seed ?? 1, field.name, isAsync));
  }
  return schema;
}

function sourceAt(seed: number, name: string, isAsync: boolean): Source {
  const random = randomOf(hashOf(`${seed} ${name}`));
  return { random, isAsync, object: (type) => objectOf(type, Math.floor(random() * 1e9)) };
}

/** An object whose properties are decided by its seed, and may throw. */
function objectOf(type: GraphQLObjectType, seed: number): object {
  const object = { seed };
  for (const { name, type: ofField } of Object.values(type.getFields())) {
    const get = () => valueFor(ofField, sourceAt(seed, name, false));
    Object.defineProperty(object, name, { get });
  }
  return object;
}

function fieldsOf(schema: GraphQLSchema) {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
  return (types as GraphQLObjectType[]).flatMap((parent) =>
    Object.values(parent.getFields()).map((field) => Object.assign(field, { parent })),
  );
}

function valueFor(type: GraphQLOutputType, source: Source): unknown {
  const chance = source.random();
  if (chance < 0.03) {
    const error = chance < 0.015 ? new Error('a fault whose words are not for callers') : notFound('thing');
    if (source.isAsync) return Promise.reject(error);
    throw error;
  }
  if (isNonNullType(type)) return someFor(type.ofType, source);
  return chance < 0.2 ? null : someFor(type, source);
}

function someFor(type: GraphQLOutputType, source: Source): unknown {
  const { random, isAsync, object } = source;
  const soonOrLate = (value: unknown) => (isAsync && random() < 0.5 ? Promise.resolve(value) : value);
  if (isListType(type)) {
    const length = Math.floor(random() * 3);
    return Array.from({ length }, () => soonOrLate(valueFor(type.ofType, { ...source, isAsync: false })));
  }
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isUnionType(type)) return { __typename: type.getTypes()[Math.floor(random() * type.getTypes().length)]?.name };
  if (isObjectType(type)) return soonOrLate(object(type));
  return soonOrLate(LEAVES[getNamedType(type).name] ?? 'x');
}
