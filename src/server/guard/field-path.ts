import { type DocumentNode, type FieldNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';

/** A document, and which of its operations ran. */
export interface Asked {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
}

/**
 * The names of the fields on a path in an answer; the path itself has the caller's aliases and positions in lists. Ends
 * where the document does not explain the path.
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

/** The fields of a selection with a key in the answer, also in fragments; several with one key are merged. */
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
    // Each once: fragments that spread others twice would double the work at each level.
    if (seen.has(name)) return [];
    seen.add(name);
    const fragment = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsNamed(document, fragment.selectionSet, key, seen) : [];
  });
}
