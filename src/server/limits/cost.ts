import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { beyond } from '../../platform/errors.js';
import { FIRST_DEFAULT } from '../../platform/pagination.js';
import {
  COMPUTED,
  COST_MAX,
  COUNT,
  LEAF,
  MEMORY,
  MUTATION,
  OBJECT,
  OBJECTS,
  OPERATION,
  PRICES,
  type Price,
  STATEMENT,
  VALUES,
  VIEWER_CAN,
} from './prices.js';

type Variables = Readonly<Record<string, unknown>>;

/** Arguments that set how much a field returns: the size of a page, and the keys that a router requests. */
const SIZES = new Set(['first', 'representations', 'operations']);

/** A field of an operation; the part of its cost that does not depend on variables. */
interface Step {
  readonly name: string;
  readonly price: Price;
  /** The argument that sets its size, and the value in the document. */
  readonly sized: { readonly given: ValueNode | undefined } | null;
  /** Whether it is a list, and whether it is the list of a connection's page. */
  readonly isList: boolean;
  readonly isPage: boolean;
  readonly inner: readonly Step[];
  /** The type that selects it where an object has one of several types; otherwise null. */
  readonly of: string | null;
}

interface Plan {
  readonly steps: readonly Step[];
  readonly defaults: Variables;
  /** Every argument that sets a size, wherever it is: the cost depends on nothing else. */
  readonly sized: readonly (ValueNode | undefined)[];
  /** Costs by these sizes. Callers choose them, so there are at most `KNOWN_MAX`. */
  readonly known: Map<string, number>;
}

const KNOWN_MAX = 10;

/** How many objects a selection is of, how many statements load their references, and how long the page is. */
interface Extent {
  readonly count: number;
  readonly batches: number;
  readonly page: number;
}

/** The most that operations of a schema can cost, in the unit of `prices.ts`. A document is prepared once. */
export class Costs {
  readonly #schema: GraphQLSchema;
  readonly #plans = new WeakMap<OperationDefinitionNode, Plan>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** @param variables As the caller gave them; those that do not fit raise no cost, since nothing will run. */
  of(operation: OperationDefinitionNode, document: DocumentNode, variables: Variables): number {
    const { steps, defaults, sized, known } = this.#planOf(operation, document);
    const given = { ...defaults, ...variables };
    const sizes = sized.map((argument) => sizeIn(argument, given)).join();
    const found = known.get(sizes);
    if (found !== undefined) return found;
    const cost = OPERATION + sum(steps, (step) => costOf(step, ONCE, given));
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(sizes, cost);
    return cost;
  }

  /** @throws Refusal BAD_USER_INPUT that names the most expensive field, when an operation would cost too much. */
  requireWithin(operation: OperationDefinitionNode, document: DocumentNode, variables: Variables): number {
    const cost = this.of(operation, document, variables);
    if (cost <= COST_MAX) return cost;
    const { steps, defaults } = this.#planOf(operation, document);
    const given = { ...defaults, ...variables };
    const priced = steps.map((step) => ({ name: step.name, price: Math.round(costOf(step, ONCE, given)) }));
    const dearest = priced.reduce((most, one) => (one.price > most.price ? one : most));
    throw beyond(
      'cost',
      `The operation could cost ${Math.round(cost)}, and ${COST_MAX} is allowed; ${dearest.name} alone costs ${dearest.price}. Ask for smaller pages, fewer fields or in several operations.`,
      { field: dearest.name, price: dearest.price, cost: Math.round(cost), costMax: COST_MAX },
    );
  }

  #planOf(operation: OperationDefinitionNode, document: DocumentNode): Plan {
    const known = this.#plans.get(operation);
    if (known) return known;
    const root = this.#schema.getRootType(operation.operation);
    const defaults: Record<string, unknown> = {};
    for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
      if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
    const steps = root ? new Planning(this.#schema, document).steps(root, operation.selectionSet) : [];
    const plan = { defaults, steps, sized: sizedIn(steps), known: new Map<string, number>() };
    this.#plans.set(operation, plan);
    return plan;
  }
}

const ONCE: Extent = { count: 1, batches: 1, page: 1 };

const sizedIn = (steps: readonly Step[]): (ValueNode | undefined)[] =>
  steps.flatMap(({ sized, inner }) => [...(sized ? [sized.given] : []), ...sizedIn(inner)]);

function costOf(step: Step, { count, batches, page }: Extent, variables: Variables): number {
  const { price, sized, isList, isPage, inner } = step;
  const asked = sized ? sizeIn(sized.given, variables, price.size) : null;
  const listed = asked ?? (isPage ? page : 1);
  const size = (sized ? undefined : price.size) ?? (isList ? listed : 1);
  const below = {
    count: count * size,
    batches: price.isAlone ? count : batches,
    page: asked ?? (isPage ? 1 : page),
  };
  return (
    (price.once ?? 0) * batches +
    price.each * count +
    (price.item ?? 0) * below.count +
    sum(inner, (one) => costOf(one, below, variables))
  );
}

/** The cost of one object: when it may have several types, that of the most expensive. */
function sum(steps: readonly Step[], cost: (step: Step) => number): number {
  let total = 0;
  const byType = new Map<string, number>();
  for (const step of steps) {
    if (step.of === null) total += cost(step);
    else byType.set(step.of, (byType.get(step.of) ?? 0) + cost(step));
  }
  return total + Math.max(0, ...byType.values());
}

/** How many objects an argument requests: its number, or the length of its list. */
function sizeIn(given: ValueNode | undefined, variables: Variables, usual = FIRST_DEFAULT): number {
  const asked: unknown = given === undefined ? undefined : valueFromASTUntyped(given, variables);
  if (asked == null) return usual;
  const size = Array.isArray(asked) ? asked.length : typeof asked === 'number' ? asked : 1;
  return Math.max(1, size);
}

/** Follows an operation through the schema once. The document must be valid and within the bounds of its structure. */
class Planning {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
  }

  steps(parent: GraphQLNamedType, { selections }: SelectionSetNode): Step[] {
    return selections.flatMap((node) => {
      if (node.kind === Kind.FIELD) return this.#step(parent, node);
      const part = node.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(node.name.value) : node;
      if (part === undefined) return [];
      const condition = part.typeCondition ? this.#schema.getType(part.typeCondition.name.value) : parent;
      const steps = condition ? this.steps(condition, part.selectionSet) : [];
      return isAbstractType(parent) ? steps.map((step) => ({ ...step, of: condition?.name ?? null })) : steps;
    });
  }

  #step(parent: GraphQLNamedType, node: FieldNode): Step[] {
    const { value: name } = node.name;
    const field = this.#fieldOf(parent, name);
    if (!field) return [];
    const type = getNamedType(field.type);
    const argument = sizeArgumentOf(field);
    const given = node.arguments?.find((one) => one.name.value === argument?.name)?.value;
    return [
      {
        name,
        price: priceOf(this.#schema, parent.name, field),
        sized: argument ? { given } : null,
        isList: isListType(getNullableType(field.type)),
        isPage: isPageOf(parent.name, field),
        of: null,
        inner: node.selectionSet ? this.steps(type, node.selectionSet) : [],
      },
    ];
  }

  #fieldOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === '__schema') return SchemaMetaFieldDef;
    if (name === '__type') return TypeMetaFieldDef;
    return isObjectType(parent) ? parent.getFields()[name] : undefined;
  }
}

const sizeArgumentOf = ({ args }: GraphQLField<unknown, unknown>): GraphQLArgument | undefined =>
  args.find(({ name }) => SIZES.has(name));

const isPageOf = (parent: string, field: GraphQLField<unknown, unknown>) =>
  parent.endsWith('Connection') && isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type));

/** What a field costs: its own price, or that of its form in the schema. */
export function priceOf(schema: GraphQLSchema, parent: string, field: GraphQLField<unknown, unknown>): Price {
  const own = PRICES[`${parent}.${field.name}`];
  if (own) return own;
  if (field.name === 'viewerCan') return VIEWER_CAN;
  if (parent.startsWith('__')) return { each: MEMORY };
  if (parent === schema.getMutationType()?.name) return { each: MUTATION };
  if (parent === schema.getQueryType()?.name) return { each: STATEMENT };
  if (parent.endsWith('Connection') && field.name === 'totalCount') return { each: COUNT };
  const isList = isListType(getNullableType(field.type));
  const isComputed = COMPUTED.has(parent);
  const size =
    isList && !isPageOf(parent, field) ? (isCompositeType(getNamedType(field.type)) ? OBJECTS : VALUES) : undefined;
  if (!isCompositeType(getNamedType(field.type))) return { each: (isComputed ? MEMORY : LEAF) * (size ?? 1) };
  if (sizeArgumentOf(field)) return { each: STATEMENT, isAlone: true };
  const isLoaded = field.resolve !== undefined && field.resolve !== defaultFieldResolver;
  return {
    each: isComputed ? MEMORY : OBJECT,
    ...(isLoaded && { once: STATEMENT }),
    ...(size !== undefined && { size }),
  };
}
