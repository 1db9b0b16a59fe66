import { BREAK, type FieldNode, type GraphQLResolveInfo, Kind, visit } from 'graphql';

const known = new WeakMap<FieldNode, Map<string, boolean>>();

/**
 * Whether a field of this name is asked for anywhere below the field that is resolved, so that it is worth reading
 * along. A guess on the safe side: `@skip`, or a like-named field of another type, may make it say yes in vain.
 */
export function asksFor({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean {
  return fieldNodes.some((node) => {
    const answers = known.get(node) ?? new Map<string, boolean>();
    known.set(node, answers);
    const answer = answers.get(name) ?? search(node, name, fragments, new Set());
    answers.set(name, answer);
    return answer;
  });
}

type Fragments = GraphQLResolveInfo['fragments'];

function search(node: Parameters<typeof visit>[0], name: string, fragments: Fragments, seen: Set<string>): boolean {
  let isFound = false;
  visit(node, {
    enter(inner) {
      if (inner.kind === Kind.FIELD && inner.name.value === name) isFound = true;
      if (inner.kind === Kind.FRAGMENT_SPREAD && !seen.has(inner.name.value)) {
        seen.add(inner.name.value);
        const fragment = fragments[inner.name.value];
        if (fragment && search(fragment, name, fragments, seen)) isFound = true;
      }
      return isFound ? BREAK : undefined;
    },
  });
  return isFound;
}
