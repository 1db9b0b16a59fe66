import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredInputField,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** A list that callers may give, and a way to it. */
export interface InputList {
  /** `ImaPolicyInput.excludes`; for an argument `Query.field.argument`. */
  readonly coordinate: string;
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly field: Field;
  readonly argument: GraphQLArgument;
  /** The input fields from the argument to the list; empty when the argument is the list. */
  readonly path: readonly string[];
  readonly element: GraphQLNamedInputType;
}

/** Every way from a root field to a list. */
export function listsOf(schema: GraphQLSchema): InputList[] {
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return Object.entries(roots).flatMap(([operation, type]) =>
    Object.values(type?.getFields() ?? {}).flatMap((field) =>
      field.args.flatMap((argument) => {
        const found = below(argument.type, `${type?.name}.${field.name}.${argument.name}`, []);
        return found.map((list) => ({ ...list, operation: operation as InputList['operation'], field, argument }));
      }),
    ),
  );
}

type Below = Pick<InputList, 'coordinate' | 'path' | 'element'>;

function below(type: GraphQLInputType, coordinate: string, path: readonly string[]): Below[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [{ coordinate, path, element: getNamedType(nullable) as GraphQLNamedInputType }];
  if (!isInputObjectType(nullable)) return [];
  // No input of the schema is in itself.
  return Object.values(nullable.getFields()).flatMap((field) =>
    below(field.type, `${nullable.name}.${field.name}`, [...path, field.name]),
  );
}

/** The coordinates of all lists that a schema takes, wherever they are. */
export function everyList(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isListType(getNullableType(field.type)));
      return fields.map(({ name }) => `${type.name}.${name}`);
    }
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) =>
      field.args
        .filter((argument) => isListType(getNullableType(argument.type)))
        .map(({ name }) => `${type.name}.${field.name}.${name}`),
    );
  });
}

/** The element of a list at a place: no two are the same where they need not be. */
export function elementAt(type: GraphQLNamedInputType, place: number): unknown {
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const text = `x${place}x`;
  if (!isInputObjectType(type)) return text;
  const fields = Object.values(type.getFields());
  // Of these one is given, whichever.
  const required = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
  return Object.fromEntries(required.map(({ name }) => [name, text]));
}

/** A value with another one at a path; objects on the way are as `made` says, by the names of their fields. */
export function withAt(
  base: object,
  path: readonly string[],
  value: unknown,
  made: Readonly<Record<string, object>>,
): object {
  const [name = '', ...rest] = path;
  if (rest.length === 0) return { ...base, [name]: value };
  const inner: object = (base as Record<string, object>)[name] ?? made[name] ?? {};
  return { ...base, [name]: withAt(inner, rest, value, made) };
}

/** What to read of a field: what the caller did wrong where it says so. */
export function selectionOf(field: Field): string {
  const type = getNamedType(field.type);
  return isObjectType(type) && 'userErrors' in type.getFields() ? '{ userErrors { message } }' : '{ __typename }';
}

/** `Type.field` of every field that takes `first`. */
export function pagesOf(schema: GraphQLSchema): { type: string; field: Field }[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields())
          .filter(({ args }) => args.some(({ name }) => name === 'first'))
          .map((field) => ({ type: type.name, field }))
      : [],
  );
}
