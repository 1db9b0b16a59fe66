import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

export const LIMITS = { tokens: 4000, depth: 12, aliases: 60, rootFields: 20, cost: 200_000 } as const;

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
        if (operation.selectionSet.selections.length > LIMITS.rootFields) {
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

/** Objects that could be answered: each list multiplies by its `first`. Reads variables, so it runs once they are known. */
export function costOf(
  set: SelectionSetNode,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const measure = (inner: SelectionSetNode, _: DocumentNode, measured: Measured): number => {
    let cost = 0;
    for (const selection of inner.selections) {
      if (selection.kind === Kind.FIELD && !selection.selectionSet) continue;
      const own = innerOf(selection, document, measured, measure);
      cost += selection.kind === Kind.FIELD ? timesOf(selection, variables) * (1 + own) : own;
    }
    return cost;
  };
  return measure(set, document, new Map());
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

function timesOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (first?.kind === Kind.INT) return Math.max(1, Number(first.value));
  return first?.kind === Kind.VARIABLE ? Math.max(1, Number(variables[first.name.value] ?? 50)) : 1;
}
