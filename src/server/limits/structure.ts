import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { beyond } from '../../platform/errors.js';
import { LIMITS } from './operation-limits.js';

/**
 * Bounds what a document may hold, for every caller. Validation compares fields under one key, and fragments, in pairs,
 * so its time grows with the square of their number; this pass takes linear time, and comes before.
 * @throws Refusal BAD_USER_INPUT that names the bound.
 */
export function requireBounded(document: DocumentNode, comparisonsMax: number = LIMITS.comparisons): void {
  countNodes(document);
  new Expansion(document, comparisonsMax).measure();
}

const COUNTED: Readonly<Partial<Record<Kind, keyof typeof LIMITS.counts>>> = {
  [Kind.OPERATION_DEFINITION]: 'operations',
  [Kind.FRAGMENT_DEFINITION]: 'fragments',
  [Kind.FRAGMENT_SPREAD]: 'spreads',
  [Kind.VARIABLE_DEFINITION]: 'variables',
  [Kind.DIRECTIVE]: 'directives',
};

function countNodes(document: DocumentNode): void {
  const counts: Partial<Record<keyof typeof LIMITS.counts, number>> = {};
  let aliases = 0;
  visit(document, {
    enter(node: ASTNode) {
      if (node.kind === Kind.FIELD && node.alias) aliases += 1;
      if (node.kind === Kind.STRING && node.value.length > LIMITS.stringLength)
        throw beyond(
          'document',
          `The document has a string of more than ${LIMITS.stringLength} characters; send it as a variable.`,
        );
      if ((node.kind === Kind.LIST || node.kind === Kind.OBJECT) && sizeOf(node) > LIMITS.literalSize)
        throw beyond(
          'document',
          `The document has a literal of more than ${LIMITS.literalSize} members; send it as a variable.`,
        );
      const name = COUNTED[node.kind];
      if (name === undefined) return;
      const count = (counts[name] ?? 0) + 1;
      counts[name] = count;
      if (count > LIMITS.counts[name])
        throw beyond('document', `The document has more than ${LIMITS.counts[name]} ${name}.`);
    },
  });
  if (aliases > LIMITS.aliases) throw beyond('document', `The document has more than ${LIMITS.aliases} aliases.`);
}

const sizeOf = (node: { readonly values?: readonly unknown[]; readonly fields?: readonly unknown[] }) =>
  (node.values ?? node.fields ?? []).length;

/** Follows fragments wherever they are spread, as validation and execution do, and stops at the first bound. */
class Expansion {
  readonly #definitions: readonly DefinitionNode[];
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #comparisonsMax: number;
  #selections = 0;
  #comparisons = 0;

  constructor({ definitions }: DocumentNode, comparisonsMax: number) {
    this.#definitions = definitions;
    this.#comparisonsMax = comparisonsMax;
    for (const node of definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
  }

  measure(): void {
    for (const node of this.#definitions) {
      if (node.kind !== Kind.OPERATION_DEFINITION && node.kind !== Kind.FRAGMENT_DEFINITION) continue;
      const isOperation = node.kind === Kind.OPERATION_DEFINITION;
      // Only its spreads show how deep a fragment is.
      const roots = this.#follow([node.selectionSet], isOperation ? 1 : Number.NEGATIVE_INFINITY);
      if (isOperation && roots > LIMITS.rootFields)
        throw beyond('document', `The operation has more than ${LIMITS.rootFields} root fields.`);
    }
  }

  /** Merges selections at a depth; returns the number of their fields, repetitions included. */
  #follow(sets: readonly SelectionSetNode[], depth: number): number {
    const byKey = new Map<string, FieldNode[]>();
    for (const set of sets) this.#collect(set.selections, byKey, new Set());
    let fields = 0;
    for (const nodes of byKey.values()) {
      fields += nodes.length;
      this.#compare(nodes);
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const isOwn = nodes.some(({ name }) => !name.value.startsWith('__'));
      if (isOwn && depth > LIMITS.depth)
        throw beyond('document', `The operation is more than ${LIMITS.depth} levels deep.`);
      // Introspection is deep by nature; a validation rule bounds it.
      if (inner.length > 0) this.#follow(inner, isOwn ? depth + 1 : Number.NEGATIVE_INFINITY);
    }
    return fields;
  }

  #collect(selections: readonly SelectionNode[], byKey: Map<string, FieldNode[]>, spread: ReadonlySet<string>): void {
    for (const node of selections) {
      this.#selections += 1;
      if (this.#selections > LIMITS.selections)
        throw beyond(
          'document',
          `The document has more than ${LIMITS.selections} selections, with fragments counted at each place where they are spread.`,
        );
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const known = byKey.get(key);
        if (known) known.push(node);
        else byKey.set(key, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) this.#collect(node.selectionSet.selections, byKey, spread);
      else if (!spread.has(node.name.value)) {
        // Another rule refuses a fragment that spreads itself.
        const fragment = this.#fragments.get(node.name.value);
        if (fragment) this.#collect(fragment.selectionSet.selections, byKey, new Set([...spread, node.name.value]));
      }
    }
  }

  /** Counts each pair, and more for arguments, which are compared as text. */
  #compare(nodes: readonly FieldNode[]): void {
    if (nodes.length === 1) return;
    const longest = Math.max(...nodes.map((node) => argumentsLength(node)));
    this.#comparisons += ((nodes.length * (nodes.length - 1)) / 2) * (1 + longest / LIMITS.charactersPerComparison);
    if (this.#comparisons > this.#comparisonsMax)
      throw beyond(
        'document',
        'The document repeats fields under one key too often; name them once, or give them aliases.',
      );
  }
}

/** Characters that a field's arguments take in the document. */
function argumentsLength({ arguments: given = [] }: FieldNode): number {
  const [first, last] = [given[0], given.at(-1)];
  return first && last ? (last.loc?.end ?? 0) - (first.loc?.start ?? 0) : 0;
}
