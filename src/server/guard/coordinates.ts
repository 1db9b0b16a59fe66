import { type GraphQLSchema, isObjectType } from 'graphql';

/** `Type.field` of every field of every object type, except introspection. */
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
