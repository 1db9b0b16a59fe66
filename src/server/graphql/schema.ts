import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { mergeTypeDefs } from '@graphql-tools/merge';
import {
  Kind as AstKind,
  type DocumentNode,
  GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  isUnionType,
  parse,
} from 'graphql';
import { DateTimeResolver, JSONObjectResolver } from 'graphql-scalars';
import { type AnyResolver, type Context, type DomainManifest, viewerCan } from '../../authority/index.js';
import { badInput } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { isIsoTime, isoOf } from '../../platform/time-text.js';
import { stamp } from './stamp.js';

const REPRESENTATION_KEYS_MAX = 8;
const FOLDER = new URL('../../../schema/', import.meta.url);
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).sort();

/** The definitions of a domain: its file and the files in its folder. */
const read = (name: string): DocumentNode[] =>
  FILES.filter((path) => path === `${name}.graphql` || (path.startsWith(`${name}/`) && path.endsWith('.graphql'))).map(
    (path) => parse(readFileSync(new URL(path, FOLDER), 'utf8')),
  );

/** The type definitions of some domains as one subgraph. */
export function typeDefsOf(domains: readonly DomainManifest[]): DocumentNode {
  const files = ['federation', 'common', ...domains.map((domain) => domain.name)];
  return mergeTypeDefs(files.flatMap(read), { throwOnConflict: true });
}

function text(name: string, pattern: RegExp, form: string): GraphQLScalarType {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw badInput(`${name} must be ${form}.`);
  };
  return new GraphQLScalarType({
    name,
    serialize: String,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === AstKind.STRING ? node.value : null),
  });
}

/** A number that JSON and JavaScript represent exactly. */
function wholeNumber(name: string): GraphQLScalarType {
  const check = (value: unknown): number => {
    if (Number.isSafeInteger(value)) return value as number;
    throw badInput(`${name} must be a whole number of at most 2^53 - 1.`);
  };
  return new GraphQLScalarType({
    name,
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === AstKind.INT ? Number(node.value) : null),
  });
}

/** A library's scalar without its description: the schema files describe it, and composed subgraphs must agree. */
function wordless(scalar: GraphQLScalarType): GraphQLScalarType {
  const { name, serialize, parseValue, parseLiteral } = scalar.toConfig();
  return new GraphQLScalarType({ name, serialize, parseValue, parseLiteral });
}

/** A time in the years 1 to 9999; outside of them Postgres cannot read what JavaScript writes. */
function dateTime(): GraphQLScalarType {
  const { serialize, parseValue, parseLiteral, ...config } = wordless(DateTimeResolver).toConfig();
  const storable = (date: unknown): unknown => {
    const year = (date as Date).getUTCFullYear();
    if (year >= 1 && year <= 9999) return date;
    throw badInput('DateTime must be in the years 1 to 9999 in UTC.');
  };
  return new GraphQLScalarType({
    ...config,
    // Text, so that nothing of an answer is left to `toJSON`; lists have it already.
    serialize: (value) => (isIsoTime(value) ? value : isoOf(serialize(value) as Date)),
    parseValue: (value) => storable(parseValue(value)),
    parseLiteral: (node, variables) => storable(parseLiteral(node, variables)),
  });
}

const scalars = {
  BigInt: wholeNumber('BigInt'),
  DateTime: dateTime(),
  JSONObject: wordless(JSONObjectResolver),
  Duration: text('Duration', /^P[0-9DTHMS]{1,32}$/, 'an ISO 8601 duration such as PT1H'),
  Digest: text('Digest', /^sha(1|256|384|512):[0-9a-f]{40,128}$/, 'algorithm:hex, for example sha256:…'),
  Base64: text('Base64', /^[A-Za-z0-9+/]{0,65536}={0,2}$/, 'base64'),
};

/**
 * Builds the executable schema of some domains, not guarded yet: a Federation 2 subgraph, stamped with the names of the
 * policies when they are given.
 */
export function buildSchema(domains: readonly DomainManifest[], policies?: PolicyRegistry): GraphQLSchema {
  const plain = typeDefsOf(domains);
  const typeDefs = policies ? stamp(plain, policies) : plain;
  const resolvers: Record<string, unknown> = { ...scalars };
  for (const type of typesIn(typeDefs)) {
    const fields: Record<string, AnyResolver> = {};
    for (const domain of domains) {
      Object.assign(fields, domain.resolvers[type]);
      const load = domain.entities?.[type];
      // When two domains load an entity, the later one's rows also hold the earlier one's fields.
      if (load) {
        fields.__resolveReference = async (reference: { id: unknown }, context: Context) => {
          if (typeof reference.id !== 'string') throw badInput('A reference to an entity must have its id.');
          const row = await load(context, reference.id);
          return row && { __typename: type, ...row };
        };
      }
    }
    if (Object.keys(fields).length > 0) resolvers[type] = fields;
  }
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  followReferences(schema, domains);
  tellRights(schema);
  checkReferences(schema);
  printOnce(schema);
  return schema;
}

/** Prints the subgraph's text once; otherwise each request for it would print it. */
function printOnce(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()._service;
  const resolve = field?.resolve;
  if (!field || !resolve) return;
  let service: unknown;
  field.resolve = (...given) => {
    service ??= resolve(...given);
    return service;
  };
}

/**
 * A domain returns an object of another domain by its id only, or with its own fields of it. A router would load the rest
 * from the other domain; when that is served in the same process, this loads it, under the same policy.
 */
function followReferences(schema: GraphQLSchema, domains: readonly DomainManifest[]): void {
  // When two domains resolve a field, the later one does.
  const resolvers = new Map(
    domains.flatMap((domain) => resolversOf(domain).map(([at, resolve]) => [at, { domain, resolve }] as const)),
  );
  for (const [coordinate, { domain, resolve }] of resolvers) {
    const field = fieldAt(schema, coordinate);
    const target = field ? getNamedType(field.type).name : '';
    const load = domains.findLast(({ entities }) => entities?.[target])?.entities?.[target];
    if (!field || !load || load === domain.entities?.[target]) continue;
    field.resolve = async (...given) => {
      const follow = (reference: { readonly id: string } | null) => reference && load(given[2], reference.id);
      const found = await resolve(...given);
      if (!Array.isArray(found)) return follow(found as { readonly id: string } | null);
      // What the caller may not read is not among a list's.
      return (await Promise.all(found.map(follow))).filter((one) => one !== null);
    };
  }
}

const resolversOf = ({ resolvers }: DomainManifest) =>
  Object.entries(resolvers).flatMap(([type, fields]) =>
    Object.entries(fields).map(([field, resolve]) => [`${type}.${field}`, resolve] as const),
  );

function fieldAt(schema: GraphQLSchema, coordinate: string) {
  const [typeName = '', name = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  return isObjectType(type) ? type.getFields()[name] : undefined;
}

/** The field of every type that has it: the policies tell what there is to tell of each. */
function tellRights(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const field = isObjectType(type) ? type.getFields().viewerCan : undefined;
    if (field) field.resolve = ({ id }, { operations }, context) => viewerCan(context, type.name, id, operations);
  }
}

/** Representations are any JSON: one without an entity of this schema, or without an id, is the caller's mistake. */
function checkReferences(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()._entities;
  const resolve = field?.resolve;
  const union = schema.getType('_Entity');
  if (!field || !resolve || !isUnionType(union)) return;
  const names = new Set<unknown>(union.getTypes().map(({ name }) => name));
  field.resolve = (parent, args, context, info) => {
    for (const representation of args.representations) {
      const { __typename, id } = Object(representation);
      if (!names.has(__typename) || typeof id !== 'string' || !isFlat(representation))
        throw badInput('A representation names an entity by __typename and id.');
    }
    return resolve(parent, args, context, info);
  };
}

/** Entity keys are few, and none is nested. */
const isFlat = (representation: object) => {
  const values = Object.values(representation);
  return (
    values.length <= REPRESENTATION_KEYS_MAX && values.every((value) => typeof value !== 'object' || value === null)
  );
};

function typesIn(typeDefs: DocumentNode): string[] {
  return typeDefs.definitions.flatMap((node) =>
    node.kind === AstKind.OBJECT_TYPE_DEFINITION || node.kind === AstKind.OBJECT_TYPE_EXTENSION
      ? [node.name.value]
      : [],
  );
}
