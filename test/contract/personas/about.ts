import { type GraphQLInputField, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { allPolicies } from '../../../src/app.js';
import { operationsOn } from '../../../src/authority/operations.js';
import { DOMAINS } from '../../../src/domains.js';
import { buildSchema } from '../../../src/server/graphql/schema.js';
import type { Json } from '../../harness/server.js';
import { mutationsOf } from './doing.js';

export const schema = buildSchema(DOMAINS);
export const mutations = mutationsOf(schema);
export type Mutation = (typeof mutations)[number];

/** The types that tell what the viewer can, by the fields of inputs that name one of them. */
const TYPES = Object.values(schema.getTypeMap()).flatMap((type) =>
  isObjectType(type) && type.getFields().viewerCan ? [type.name] : [],
);

export function fieldsOf({ args }: Mutation): GraphQLInputField[] {
  const input = args[0] && getNamedType(args[0].type);
  return isInputObjectType(input) ? Object.values(input.getFields()) : [];
}

/** What a field of an input refers to: by a reference of the type's name, or by its id. */
export const typeOf = ({ name, type }: GraphQLInputField): string | undefined =>
  TYPES.find((one) => getNamedType(type).name === `${one}Ref` || name === `${one[0]?.toLowerCase()}${one.slice(1)}Id`);

export const known = {
  policies: allPolicies(),
  requirements: DOMAINS.flatMap(({ requirements }) => requirements ?? []),
};
/** Which type the server tells a mutation of. */
export const about: ReadonlyMap<string, string> = new Map(
  TYPES.flatMap((type) => operationsOn(known, type).operations.map(({ name }) => [name, type] as const)),
);
/** The id of the object that an input is about. */
export function idIn(input: Json, field: GraphQLInputField): string | undefined {
  const value = input[field.name];
  return typeof value === 'string' ? value : value?.id;
}
