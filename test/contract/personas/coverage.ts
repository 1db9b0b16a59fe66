import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { DOMAINS } from '../../../src/domains.js';
import { isShape as isShapeWith } from '../../../src/server/guard/shapes.js';
import { DOORS } from './fixtures.js';

const VALUES = DOMAINS.flatMap(({ values }) => values ?? []);
const isShape = (type: string) => isShapeWith(type, VALUES);

/** `Type.field` of all that the documents of the reading ask for. */
export function coordinatesRead(schema: GraphQLSchema): Set<string> {
  const read = new Set<string>();
  for (const { fields, byId, list } of Object.values(DOORS)) {
    for (const door of [byId, list]) {
      if (door === undefined) continue;
      const types = new TypeInfo(schema);
      const note = visitWithTypeInfo(types, {
        Field: ({ name }) => void read.add(`${types.getParentType()?.name}.${name.value}`),
      });
      visit(parse(`{ ${door.ask({ name: '', id: '' }, fields)} }`), note);
    }
  }
  return read;
}

/** What must be among them: queries, and fields that lead to an object that is more than a part of an answer. */
export function coordinatesToRead(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (
      !isObjectType(type) ||
      type.name.startsWith('_') ||
      isWatched(schema, type.name) ||
      type.name === 'Mutation' ||
      isShape(type.name)
    )
      return [];
    return Object.values(type.getFields())
      .filter((field) => leadsOn(getNamedType(field.type)) && !FEDERATION.has(field.name))
      .map((field) => `${type.name}.${field.name}`);
  });
}

/** What streams tell is watched, not read. */
function isWatched(schema: GraphQLSchema, type: string): boolean {
  const subscriptions = schema.getSubscriptionType();
  const events = Object.values(subscriptions?.getFields() ?? {}).map((field) => getNamedType(field.type).name);
  return type === subscriptions?.name || events.includes(type);
}

const FEDERATION = new Set(['_entities', '_service']);
const leadsOn = (type: unknown) => isObjectType(type) && (!isShape(type.name) || type.name.endsWith('Connection'));

/** What a schema has by type and id, of which it may know no more than the id. */
export function entityNames(schema: GraphQLSchema): string[] {
  const union = schema.getType('_Entity');
  return isUnionType(union) ? union.getTypes().map(({ name }) => name) : [];
}

/** What a router asks of the servers of this schema: they know more of it than its id. */
export function resolvedEntityNames(schema: GraphQLSchema): string[] {
  return entityNames(schema).filter((name) => keysOf(schema.getType(name)).some(isResolvable));
}

function keysOf(type: GraphQLNamedType | undefined): ConstDirectiveNode[] {
  const nodes = isObjectType(type) ? [type.astNode, ...type.extensionASTNodes] : [];
  return nodes.flatMap((node) => node?.directives ?? []).filter(({ name }) => name.value === 'key');
}

const isResolvable = ({ arguments: given = [] }: ConstDirectiveNode) =>
  given.every(({ name, value }) => name.value !== 'resolvable' || (value.kind === Kind.BOOLEAN && value.value));
