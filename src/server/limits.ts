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
        const depth = depthOf(operation.selectionSet, document, new Set());
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

/** Introspection nests `ofType`; its fields do not count. Fragments that spread themselves are another rule's to refuse. */
function depthOf(set: SelectionSetNode, document: DocumentNode, seen: ReadonlySet<string>): number {
  let deepest = 0;
  for (const selection of set.selections) {
    let depth = 0;
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue;
      depth = 1 + (selection.selectionSet ? depthOf(selection.selectionSet, document, seen) : 0);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      depth = depthOf(selection.selectionSet, document, seen);
    } else if (!seen.has(selection.name.value)) {
      const name = selection.name.value;
      const fragment = document.definitions.find(
        (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
        depth = depthOf(fragment.selectionSet, document, new Set([...seen, name]));
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Objects that could be answered: each list multiplies by its `first`. Reads variables, so it runs once they are known. */
export function costOf(
  set: SelectionSetNode,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  let cost = 0;
  for (const selection of set.selections) {
    const inner = selectionsOf(selection, document);
    if (!inner) continue;
    const own = costOf(inner, document, variables);
    cost += selection.kind === Kind.FIELD ? timesOf(selection, variables) * (1 + own) : own;
    if (cost > LIMITS.cost) return cost;
  }
  return cost;
}

function selectionsOf(selection: SelectionNode, document: DocumentNode): SelectionSetNode | undefined {
  if (selection.kind !== Kind.FRAGMENT_SPREAD) return selection.selectionSet;
  const { value } = selection.name;
  const found = document.definitions.find(
    (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === value,
  );
  return found?.kind === Kind.FRAGMENT_DEFINITION ? found.selectionSet : undefined;
}

function timesOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (first?.kind === Kind.INT) return Math.max(1, Number(first.value));
  return first?.kind === Kind.VARIABLE ? Math.max(1, Number(variables[first.name.value] ?? 50)) : 1;
}
