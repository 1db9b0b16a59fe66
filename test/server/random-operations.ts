import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
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

/** A valid operation of a schema: aliases, arguments, fragments of both kinds, `@include` with a variable. */
export function randomOperation(schema: GraphQLSchema, seed: number): string {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const fragments: string[] = [];
  let aliases = 0;

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
    const args = given.map((argument) => `${argument.name}: ${literal(argument.type)}`).join(', ');
    const directive = random() < 0.1 ? ` @${pick(['include', 'skip'])}(if: $flag)` : '';
    const inner = isCompositeType(type) ? ` ${selection(type, depth + 1)}` : '';
    return `a${++aliases}: ${field.name}${args && `(${args})`}${directive}${inner}`;
  }

  function literal(type: GraphQLInputType): string {
    if (isNonNullType(type)) return literal(type.ofType);
    if (isListType(type)) return `[${literal(type.ofType)}]`;
    if (isEnumType(type)) return (pick((type as GraphQLEnumType).getValues()) as { name: string }).name;
    if (!isInputObjectType(type)) return SCALARS[type.name] ?? '"x"';
    const all = Object.values(type.getFields());
    const given = type.isOneOf ? [pick(all)] : all.filter((field) => isRequiredInputField(field) || random() < 0.3);
    return `{ ${given.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
  }

  const isComposite = (field: GraphQLField<unknown, unknown>) => isCompositeType(getNamedType(field.type));
  const isQuery = random() < 0.8;
  const root = isQuery ? schema.getQueryType() : schema.getMutationType();
  if (!root) throw new Error('the schema has no such root');
  const body = selection(root, 0);
  // The variable is always used, so that the document is valid.
  const used = body.replace('__typename', '__typename @include(if: $flag)');
  return [`${isQuery ? 'query' : 'mutation'} Op($flag: Boolean!) ${used}`, ...fragments].join('\n');
}

/**
 * Puts a resolver before every field that answers by the field's path alone: values, nulls, lists, faults, refusals;
 * at once or as promises, as the context's `isAsync` says. Faults come one way or the other: when an item of a list
 * throws beside one that rejects, graphql lets the rejection go unhandled.
 */
export function answerByPath(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      field.resolve = (_parent, _args, context: { isAsync: boolean }, info) => {
        const text = JSON.stringify(info.path);
        const random = randomOf(
          [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619), 7),
        );
        return valueFor(field.type, random, context.isAsync);
      };
    }
  }
  return schema;
}

function valueFor(type: GraphQLOutputType, random: () => number, isAsync: boolean): unknown {
  const chance = random();
  if (chance < 0.06) {
    const error = chance < 0.03 ? new Error('a fault whose words are not for callers') : notFound('thing');
    if (isAsync) return Promise.reject(error);
    throw error;
  }
  if (isNonNullType(type)) return someFor(type.ofType, random, isAsync);
  return chance < 0.2 ? null : someFor(type, random, isAsync);
}

function someFor(type: GraphQLOutputType, random: () => number, isAsync: boolean): unknown {
  if (isListType(type)) {
    return Array.from({ length: Math.floor(random() * 3) }, () => {
      const item = valueFor(type.ofType, random, false);
      return isAsync && random() < 0.5 ? Promise.resolve(item) : item;
    });
  }
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isUnionType(type)) return { __typename: type.getTypes()[Math.floor(random() * type.getTypes().length)]?.name };
  if (isObjectType(type)) return isAsync && random() < 0.5 ? Promise.resolve({}) : {};
  const value = LEAVES[getNamedType(type).name] ?? 'x';
  return isAsync && random() < 0.5 ? Promise.resolve(value) : value;
}
