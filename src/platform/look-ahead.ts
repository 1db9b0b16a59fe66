import { type ASTNode, type FieldNode, type GraphQLResolveInfo, Kind, visit } from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];

const known = new WeakMap<FieldNode, ReadonlySet<string>>();

/**
 * The names of all fields that are requested anywhere below the resolved field, so that their data is read with it, and
 * no other. They may be more than is returned: `@skip` is ignored, and so is the type that a field is of.
 */
export function fieldsBelow({ fieldNodes, fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  const [only] = fieldNodes;
  if (only === undefined || fieldNodes.length > 1)
    return new Set(fieldNodes.flatMap((node) => [...namesIn(node, fragments)]));
  const names = known.get(only) ?? namesIn(only, fragments);
  known.set(only, names);
  return names;
}

function namesIn(node: ASTNode, fragments: Fragments): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = (part: ASTNode) =>
    visit(part, {
      Field: ({ name }) => void names.add(name.value),
      FragmentSpread({ name: { value } }) {
        const fragment = fragments[value];
        if (fragment === undefined || seen.has(value)) return;
        seen.add(value);
        collect(fragment);
      },
    });
  if (node.kind === Kind.FIELD && node.selectionSet) collect(node.selectionSet);
  return names;
}
