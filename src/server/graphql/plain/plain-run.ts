import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLID,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

/** Thrown where data is not plain; graphql's own execution then starts from the beginning. */
const NOT_PLAIN = Symbol('not plain');
const bail = (_why?: unknown): never => {
  throw NOT_PLAIN;
};

type Args = Readonly<Record<string, unknown>>;
const NO_ARGS: Args = Object.freeze({});

/** One run: what resolvers get. */
interface Run {
  readonly context: unknown;
  readonly variables: Record<string, unknown>;
  /** By the number of the field. */
  readonly infos: (GraphQLResolveInfo | undefined)[];
  /** What was completed last at each place: neighbours in a list often have one object, for example their allowlist. */
  readonly lastValues: unknown[];
  readonly lastObjects: Record<string, unknown>[];
}

type Read = (parent: never, run: Run) => unknown;
type Complete = (value: unknown, run: Run) => unknown;

interface Step {
  readonly key: string;
  readonly read: Read;
  readonly complete: Complete;
}

/** The result of a run: data when there was no error, otherwise why there is no data. */
export type Outcome =
  | { readonly data: Record<string, unknown>; readonly error?: undefined }
  /** Data was not plain, or variables did not fit; this is no error. */
  | { readonly data?: undefined; readonly error?: undefined }
  /** A resolver threw, in which case graphql will report the same error, or the code of this file has a mistake. */
  | { readonly data?: undefined; readonly error: NonNullable<unknown> };

/** Never rejects. */
export type PlainRun = (args: ExecutionArgs) => Promise<Outcome>;

/**
 * Prepares a query for the usual case: the root fields' resolvers return rows, perhaps later, and everything below is
 * plain data that is available at once. Then its data can be built without what graphql's execution does for each field
 * of each row in case it is otherwise, which is most of the work on long lists. Anything else (an error, a null that is
 * not allowed, a promise below the root) ends the run, and graphql does all of it again: queries have no effects.
 *
 * @returns Null for what is not prepared: mutations, subscriptions, directives, abstract types, introspection.
 */
export function plainRunOf(schema: GraphQLSchema, document: DocumentNode, name?: string | null): PlainRun | null {
  const operation = getOperationAST(document, name);
  const root = schema.getQueryType();
  if (operation?.operation !== OperationTypeNode.QUERY || !root) return null;
  try {
    const steps = new Preparation(schema, document, operation).steps(root, [operation.selectionSet]);
    return async ({ contextValue, variableValues }) => {
      const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
      return coerced === undefined
        ? {}
        : runRoot(steps, { context: contextValue, variables: coerced, infos: [], lastValues: [], lastObjects: [] });
    };
  } catch (error) {
    if (error === NOT_PLAIN) return null;
    throw error;
  }
}

async function runRoot(steps: readonly Step[], run: Run): Promise<Outcome> {
  try {
    const values = await Promise.all(steps.map(async ({ read }) => read(undefined as never, run)));
    const data: Record<string, unknown> = {};
    for (const [index, { key, complete }] of steps.entries()) data[key] = complete(values[index], run);
    return { data };
  } catch (error) {
    return error === NOT_PLAIN ? {} : { error: error ?? new Error('nothing was thrown as an error') };
  }
}

class Preparation {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Record<string, FragmentDefinitionNode> = {};
  readonly #operation: NonNullable<ReturnType<typeof getOperationAST>>;
  /** How many fields have resolvers. */
  #resolved = 0;
  /** How many places in the answer have objects. */
  #places = 0;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: NonNullable<ReturnType<typeof getOperationAST>>,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments[node.name.value] = node;
    }
  }

  steps(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): readonly Step[] {
    if (type.isTypeOf) bail();
    const nodes = new Map<string, FieldNode[]>();
    for (const set of sets) this.#collect(type, set, nodes);
    return [...nodes].map(([key, fieldNodes]) => this.#step(type, key, fieldNodes));
  }

  /** The fields of a selection by their key in the answer, collected as in section 6.3.2 of the specification. */
  #collect(type: GraphQLObjectType, set: SelectionSetNode, nodes: Map<string, FieldNode[]>): void {
    for (const selection of set.selections) {
      if (selection.directives?.length) bail();
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        nodes.set(key, [...(nodes.get(key) ?? []), selection]);
        continue;
      }
      const part = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments[selection.name.value] : selection;
      if (part === undefined || part.directives?.length) throw NOT_PLAIN;
      const condition = part.typeCondition?.name.value;
      if (condition !== undefined && condition !== type.name) bail();
      this.#collect(type, part.selectionSet, nodes);
    }
  }

  #step(type: GraphQLObjectType, key: string, fieldNodes: readonly FieldNode[]): Step {
    const name = fieldNodes[0]?.name.value ?? '';
    if (name === '__typename') return { key, read: () => type.name, complete: (value) => value };
    const field = type.getFields()[name];
    if (field === undefined) return bail();
    return { key, read: this.#read(type, field, fieldNodes), complete: this.#complete(field.type, fieldNodes) };
  }

  #read(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, fieldNodes: readonly FieldNode[]): Read {
    const { name, resolve, args } = field;
    if (!resolve) return (parent) => parent[name];
    const [node] = fieldNodes as [FieldNode];
    const argsOf: (run: Run) => Args =
      args.length === 0 ? () => NO_ARGS : (run) => getArgumentValues(field, node, run.variables);
    const info = {
      fieldName: name,
      fieldNodes,
      returnType: field.type,
      parentType: type,
      schema: this.#schema,
      fragments: this.#fragments,
      rootValue: undefined,
      operation: this.#operation,
      // Positions in lists are not tracked here, so a query whose resolver needs its path cannot run here.
      get path() {
        return bail();
      },
    };
    const number = this.#resolved++;
    // One for each run, not for each row.
    const infoOf = (run: Run): GraphQLResolveInfo => {
      const known = run.infos[number];
      if (known !== undefined) return known;
      const made: GraphQLResolveInfo = Object.create(info, { variableValues: { value: run.variables } });
      run.infos[number] = made;
      return made;
    };
    return (parent, run) => resolve(parent, argsOf(run), run.context, infoOf(run));
  }

  #complete(type: GraphQLOutputType, fieldNodes: readonly FieldNode[]): Complete {
    if (isNonNullType(type)) {
      const complete = this.#complete(type.ofType, fieldNodes);
      return (value, run) => complete(value, run) ?? bail();
    }
    if (isListType(type)) {
      const complete = this.#complete(type.ofType, fieldNodes);
      return (value, run) => {
        if (value == null) return null;
        return Array.isArray(value) ? value.map((item) => complete(item, run)) : bail(plain(value));
      };
    }
    if (isLeafType(type)) {
      // Most values are texts, which both return as they are.
      const isText = type === GraphQLString || type === GraphQLID;
      return (value) => {
        if (isText && typeof value === 'string') return value;
        return value == null ? null : (type.serialize(plain(value)) ?? bail());
      };
    }
    if (!isObjectType(type)) return bail();
    const steps = this.steps(
      type,
      fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
    const place = this.#places++;
    return (value, run) => {
      if (value == null) return null;
      if (run.lastValues[place] === value) return run.lastObjects[place];
      const object = objectOf(steps, plain(value) as never, run);
      run.lastValues[place] = value;
      run.lastObjects[place] = object;
      return object;
    };
  }
}

function objectOf(steps: readonly Step[], parent: never, run: Run): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const { key, read, complete } of steps) object[key] = complete(read(parent, run), run);
  return object;
}

/** A value that is available: no promise, no error as a value, no function to call. */
function plain(value: unknown): unknown {
  if (typeof value === 'function' || value instanceof Error) return bail();
  if (typeof value === 'object' && 'then' in (value as object)) {
    // Nobody waits for it any more; an unhandled rejection would end the process.
    Promise.resolve(value).catch(() => {});
    return bail();
  }
  return value;
}
