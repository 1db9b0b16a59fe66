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
  /** The same page by another cursor, for lists that are asked for from the middle too. */
  readonly from?: ((cursor: string) => string) | undefined;
}

/** Values of a filter's field that match none of the fleet, a few, all, and some of them. */
export type Values = Readonly<Record<string, Readonly<Record<string, string>>>>;

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
export function asksBelow(schema: GraphQLSchema, objects: Readonly<Record<string, string>>): Ask[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && type.name !== 'Query');
  return types.flatMap((type) =>
    Object.values(isObjectType(type) ? type.getFields() : {})
      .filter(isList)
      .map(({ name }) => {
        const object = objects[type.name];
        if (object === undefined) throw new Error(`give plans.db.test.ts an object of ${type.name}`);
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
  const ask = (by: string, text: string): Ask => {
    const field = (more = '') => `${list.name}(first: 20${text}${more})${fields}`;
    const from = fields && ((cursor: string) => field(`, after: "${cursor}"`));
    return { name: list.name + by, field: field(), before, from: from || undefined };
  };
  const [filter, orderBy] = ['filter', 'orderBy'].map((name) => list.args.find((argument) => argument.name === name));
  const orders = orderBy ? ordersOf(orderBy) : [''];
  const filters = [['', ''] as const, ...(filter ? filtersOf(filter, values) : [])];
  // An index is read in both directions: one is enough with a filter.
  const ordersWith = (by: string) => orders.filter((order) => by === '' || !/DESC/.test(order));
  return filters.flatMap(([by, text]) =>
    ordersWith(by).map((order) => ask(by + order.replace(', orderBy:', ' in'), text + order)),
  );
}

/** Each field of a filter, with each of its values. */
function filtersOf(argument: GraphQLArgument, values: Values): (readonly [string, string])[] {
  const type = getNamedType(argument.type);
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    samplesOf(type.name, field, values).map(
      ([kind, value]) => [` by ${field.name} ${kind}`, `, filter: { ${field.name}: ${value} }`] as const,
    ),
  );
}

/** Each field that can be ordered by, both ways. */
function ordersOf(argument: GraphQLArgument): string[] {
  const type = getNamedType(argument.type);
  const by = isInputObjectType(type) && getNamedType(type.getFields().field?.type);
  if (!isEnumType(by)) return [];
  return by
    .getValues()
    .flatMap(({ name }) =>
      ['ASC', 'DESC'].map((direction) => `, orderBy: { field: ${name}, direction: ${direction} }`),
    );
}

function samplesOf(owner: string, field: GraphQLInputField, values: Values): [string, string][] {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  const found = values[`${owner}.${field.name}`] ?? values[field.name];
  if (found === undefined) throw new Error(`give plans.db.test.ts values for ${owner}.${field.name}`);
  return Object.entries(found).map(([kind, value]) => [kind, isListType(type) ? `[${value}]` : value]);
}
