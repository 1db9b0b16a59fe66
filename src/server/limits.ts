import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  type ValidationContext,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { FIRST_DEFAULT } from '../platform/pagination.js';

export const LIMITS = {
  tokens: 4000,
  anonymousTokens: 500,
  depth: 12,
  aliases: 60,
  rootFields: 20,
  cost: 200_000,
} as const;

/** Refuses documents that are deeper, or carry more aliases or root fields, than any honest client's. */
export function withinLimits(context: ValidationContext): ASTVisitor {
  return {
    Document: (document) => {
      let aliases = 0;
      for (const operation of document.definitions) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
        const depth = depthOf(operation.selectionSet, document, new Map());
        if (depth > LIMITS.depth)
          context.reportError(new GraphQLError(`The operation is more than ${LIMITS.depth} levels deep.`));
        if (fieldsOf(operation.selectionSet, document, new Map()) > LIMITS.rootFields) {
          context.reportError(new GraphQLError(`The operation has more than ${LIMITS.rootFields} root fields.`));
        }
      }
      JSON.stringify(document, (key, value) => {
        if (key === 'alias' && value) aliases += 1;
        return key === 'loc' ? undefined : value;
      });
      if (aliases > LIMITS.aliases)
        context.reportError(new GraphQLError(`The document has more than ${LIMITS.aliases} aliases.`));
    },
  };
}

/** What a measure of each fragment came to, so that fragments that spread one another twice cost no more than once. */
type Measured = Map<string, number>;

/** Introspection's fields do not count. Fragments that spread themselves are another rule's to refuse; here they are 0. */
function depthOf(set: SelectionSetNode, document: DocumentNode, measured: Measured): number {
  let deepest = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD && selection.name.value.startsWith('__')) continue;
    const inner = innerOf(selection, document, measured, depthOf);
    deepest = Math.max(deepest, selection.kind === Kind.FIELD ? 1 + inner : inner);
  }
  return deepest;
}

/** How many fields stand at the top of a selection, those of fragments included: each fragment once, as when it runs. */
function fieldsOf(set: SelectionSetNode, document: DocumentNode, measured: Measured): number {
  let fields = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) fields += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT || !measured.has(selection.name.value)) {
      fields += innerOf(selection, document, measured, fieldsOf);
    }
  }
  return fields;
}

/**
 * Objects that could be answered: each list multiplies by its size, said or not. Reads variables, so it runs once
 * they are known; where they do not fit their types it answers 0, since nothing will be executed.
 */
export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (coerced === undefined) return 0;
  const sizes = pageSizes(schema, document, coerced);
  const measure = (inner: SelectionSetNode, _: DocumentNode, measured: Measured): number => {
    let cost = 0;
    for (const selection of inner.selections) {
      if (selection.kind === Kind.FIELD && !selection.selectionSet && !sizes.has(selection)) continue;
      const own = innerOf(selection, document, measured, measure);
      cost += selection.kind === Kind.FIELD ? (sizes.get(selection) ?? 1) * (1 + own) : own;
    }
    return cost;
  };
  return measure(operation.selectionSet, document, new Map());
}

/** Arguments that tell how much a field answers: the size of a page, and what a router wants by key. */
const SIZES = new Set(['first', 'representations']);

/**
 * Fields that answer much without being asked how much, by the number of objects whose size theirs may reach: else one
 * page of them would take all the memory that there is.
 */
export const LARGE_FIELDS: ReadonlyMap<string, number> = new Map([
  ['AttestationResult.failures', 3_000],
  ['AllowlistRevision.tpmPolicy', 100],
  ['AllowlistRevision.vtpmPolicy', 100],
  ['Role.impliedRoles', 32],
]);

/** How many objects each field asks for, of those of which that is known. */
function pageSizes(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): ReadonlyMap<FieldNode, number> {
  const sizes = new Map<FieldNode, number>();
  const types = new TypeInfo(schema);
  const onField = (field: FieldNode) => {
    const large = LARGE_FIELDS.get(`${types.getParentType()?.name}.${field.name.value}`);
    if (large !== undefined) sizes.set(field, large);
    const argument = types.getFieldDef()?.args.find(({ name }) => SIZES.has(name));
    if (argument === undefined) return;
    const given = field.arguments?.find(({ name }) => name.value === argument.name)?.value;
    const asked: unknown = valueFromAST(given, argument.type, variables) ?? FIRST_DEFAULT;
    sizes.set(field, Math.max(1, Array.isArray(asked) ? asked.length : Number(asked)));
  };
  visit(document, visitWithTypeInfo(types, { Field: onField }));
  return sizes;
}

function innerOf(
  selection: SelectionNode,
  document: DocumentNode,
  measured: Measured,
  measure: (set: SelectionSetNode, document: DocumentNode, measured: Measured) => number,
): number {
  if (selection.kind !== Kind.FRAGMENT_SPREAD) {
    return selection.selectionSet ? measure(selection.selectionSet, document, measured) : 0;
  }
  const { value } = selection.name;
  const known = measured.get(value);
  if (known !== undefined) return known;
  measured.set(value, 0);
  const found = document.definitions.find(
    (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === value,
  );
  const result = found?.kind === Kind.FRAGMENT_DEFINITION ? measure(found.selectionSet, document, measured) : 0;
  measured.set(value, result);
  return result;
}
