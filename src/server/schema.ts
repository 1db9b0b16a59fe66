import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { mergeTypeDefs } from '@graphql-tools/merge';
import {
  Kind as AstKind,
  type DocumentNode,
  GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
  parse,
} from 'graphql';
import { DateTimeResolver, JSONObjectResolver } from 'graphql-scalars';
import type { AnyResolver, Context, DomainManifest } from '../authority/index.js';
import { badInput } from '../platform/errors.js';
import type { PolicyRegistry } from '../platform/policy/index.js';
import { stamp } from './stamp.js';

const read = (name: string): DocumentNode =>
  parse(readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8'));

/** The type definitions of some domains as one subgraph. */
export function typeDefsOf(domains: readonly DomainManifest[]): DocumentNode {
  const files = ['federation', 'common', ...domains.map((domain) => domain.name)];
  return mergeTypeDefs(files.map(read), { throwOnConflict: true });
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

/** A library's scalar without its words: the schema files describe it, and composed subgraphs must say the same. */
function wordless(scalar: GraphQLScalarType): GraphQLScalarType {
  const { name, serialize, parseValue, parseLiteral } = scalar.toConfig();
  return new GraphQLScalarType({ name, serialize, parseValue, parseLiteral });
}

const scalars = {
  DateTime: wordless(DateTimeResolver),
  JSONObject: wordless(JSONObjectResolver),
  Duration: text('Duration', /^P[0-9DTHMS]{1,32}$/, 'an ISO 8601 duration such as PT1H'),
  Digest: text('Digest', /^sha(1|256|384|512):[0-9a-f]{40,128}$/, 'algorithm:hex, for example sha256:…'),
  Base64: text('Base64', /^[A-Za-z0-9+/]{0,65536}={0,2}$/, 'base64'),
};

/**
 * Builds the executable schema of some domains, not guarded yet: a Federation 2 subgraph by itself, with the policies'
 * names stamped on it when they are given.
 */
export function buildSchema(domains: readonly DomainManifest[], policies?: PolicyRegistry): GraphQLSchema {
  const plain = typeDefsOf(domains);
  const typeDefs = policies ? stamp(plain, policies) : plain;
  const resolvers: Record<string, unknown> = { ...scalars };
  for (const type of typesIn(typeDefs)) {
    const fields: Record<string, AnyResolver> = {};
    for (const domain of domains) {
      Object.assign(fields, domain.resolvers[type]);
      const load = domain.entities[type];
      // Of two domains that tell an entity the later one's rows hold the earlier one's fields too.
      if (load) {
        fields.__resolveReference = async (reference: { id: string }, context: Context) => {
          const row = await load(context, reference.id);
          return row && { __typename: type, ...row };
        };
      }
    }
    if (Object.keys(fields).length > 0) resolvers[type] = fields;
  }
  return buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
}

function typesIn(typeDefs: DocumentNode): string[] {
  return typeDefs.definitions.flatMap((node) =>
    node.kind === AstKind.OBJECT_TYPE_DEFINITION || node.kind === AstKind.OBJECT_TYPE_EXTENSION
      ? [node.name.value]
      : [],
  );
}

/** `Type.field` of every field of every object type, introspection aside. */
export function coordinatesOf(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  );
}

/** Names of the object types. */
export function objectTypesOf(schema: GraphQLSchema): string[] {
  return [...new Set(coordinatesOf(schema).map((coordinate) => coordinate.split('.')[0] ?? ''))];
}
