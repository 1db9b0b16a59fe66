import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** A list as it is asked for, with one filter or order at most. */
export interface Ask {
  /** `agents`, `agents by filter.states`, `agents by orderBy.field NAME`, `Project.agents`. */
  readonly name: string;
  readonly field: string;
  /** What is asked before, and is no part of the list: the object that it is below. */
  readonly before: string;
}

/** Values of the fleet's middle tenant, by the name of a filter's field. */
export type Values = Readonly<Record<string, string>>;

/**
 * Every list of Query, alone and by each of its filters and orders, so that a new one is looked at without being named.
 * @throws Error for a filter of which it has no value.
 */
export function asksOf(schema: GraphQLSchema, values: Values, left: ReadonlySet<string>): Ask[] {
  const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(isList);
  return lists.filter(({ name }) => !left.has(name)).flatMap((list) => waysOf(list, values));
}

/**
 * Every list below an object.
 * @param objects An object of each type that has lists, as Query gives it.
 * @throws Error for a type of which there is no object.
 */
export function asksBelow(schema: GraphQLSchema, objects: Values): Ask[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && type.name !== 'Query');
  return types.flatMap((type) =>
    Object.values(isObjectType(type) ? type.getFields() : {})
      .filter(isList)
      .map(({ name }) => {
        const object = objects[type.name];
        if (object === undefined) throw new Error(`give plans.pg.test.ts an object of ${type.name}`);
        const below = `{ ${name}(first: 20) ${PAGE} }`;
        return { name: `${type.name}.${name}`, field: `${object} ${below}`, before: `${object} { __typename }` };
      }),
  );
}

const PAGE = '{ edges { cursor } pageInfo { hasNextPage } }';

const isList = (field: GraphQLField<unknown, unknown>) => field.args.some(({ name }) => name === 'first');

function waysOf(list: GraphQLField<unknown, unknown>, values: Values): Ask[] {
  const fields = isObjectType(getNamedType(list.type)) ? ` ${PAGE}` : '';
  const before = '__typename';
  const plain = { name: list.name, field: `${list.name}(first: 20)${fields}`, before };
  const more = list.args.flatMap((argument) => variantsOf(argument, values));
  return [
    plain,
    ...more.map(({ name, text }) => ({
      name: `${list.name} by ${name}`,
      field: `${list.name}(first: 20, ${text})${fields}`,
      before,
    })),
  ];
}

function variantsOf(argument: GraphQLArgument, values: Values): { name: string; text: string }[] {
  const type = getNamedType(argument.type);
  if (!isInputObjectType(type)) return [];
  const inner = Object.values(type.getFields());
  if (argument.name !== 'filter') return ordersOf(argument.name, inner);
  return inner.map((field) => ({
    name: `filter.${field.name}`,
    text: `filter: { ${field.name}: ${sampleOf(type.name, field, values)} }`,
  }));
}

/** Each field that can be ordered by, both ways. */
function ordersOf(argument: string, fields: readonly GraphQLInputField[]): { name: string; text: string }[] {
  const by = fields.find(({ name }) => name === 'field');
  const enumType = by && getNamedType(by.type);
  if (!isEnumType(enumType)) return [];
  return enumType.getValues().flatMap(({ name }) =>
    ['ASC', 'DESC'].map((direction) => ({
      name: `${argument} ${name} ${direction}`,
      text: `${argument}: { field: ${name}, direction: ${direction} }`,
    })),
  );
}

function sampleOf(owner: string, field: GraphQLInputField, values: Values): string {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  const named = getNamedType(type);
  const value = isEnumType(named)
    ? named.getValues()[0]?.name
    : (values[`${owner}.${field.name}`] ?? values[field.name]);
  if (value === undefined) throw new Error(`give plans.pg.test.ts a value for ${owner}.${field.name}`);
  return isListType(type) ? `[${value}]` : value;
}
