import { type DocumentNode, type FieldNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';

/** A document, and which of its operations was run. */
export interface Asked {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
}

/**
 * The names of the fields on a path of an answer, which is made of the caller's own aliases and of places in lists. What
 * the document does not explain is left out.
 */
export function fieldsOnPath({ document, operationName }: Asked, path: readonly (string | number)[]): string[] {
  const names: string[] = [];
  let within = [getOperationAST(document, operationName)?.selectionSet];
  for (const key of path) {
    if (typeof key === 'number') continue;
    const fields = within.flatMap((set) => fieldsNamed(document, set, key));
    const [first] = fields;
    if (first === undefined) break;
    names.push(first.name.value);
    within = fields.map(({ selectionSet }) => selectionSet);
  }
  return names;
}

/** The fields of a selection that are answered under a key, in whatever fragments they stand; more than one is merged. */
function fieldsNamed(
  document: DocumentNode,
  set: SelectionSetNode | undefined,
  key: string,
  seen = new Set<string>(),
): FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value === key ? [selection] : [];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsNamed(document, selection.selectionSet, key, seen);
    const { value: name } = selection.name;
    // Once: fragments that spread others twice would double the work with each.
    if (seen.has(name)) return [];
    seen.add(name);
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsNamed(document, fragment.selectionSet, key, seen) : [];
  });
}
