import { parse } from '@babel/parser';

export type Kind =
  | 'condition'
  | 'logic'
  | 'fallback'
  | 'comparison'
  | 'sum'
  | 'boolean'
  | 'throw'
  | 'return'
  | 'call'
  | 'written';

/** One fault in one line: the text from `start` to `end` is replaced by another expression, or the statement is left out. */
export interface Mutant {
  readonly kind: Kind;
  /** Counted from 1. */
  readonly line: number;
  /** Places in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** An expression; null where a statement is left out. */
  readonly replacement: string | null;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number };
type Place = Pick<Node, 'start' | 'end'>;
/** A mutant, and the place of what differs: an operator's expression may have many lines. */
type Fault = Omit<Mutant, 'line'> & { readonly place: Place };

/** What stands instead of an operator. */
const OPERATORS: ReadonlyMap<unknown, readonly [Kind, string]> = new Map([
  ['&&', ['logic', '||']],
  ['||', ['logic', '&&']],
  ['<', ['comparison', '<=']],
  ['<=', ['comparison', '<']],
  ['>', ['comparison', '>=']],
  ['>=', ['comparison', '>']],
  ['===', ['comparison', '!==']],
  ['!==', ['comparison', '===']],
  ['==', ['comparison', '!=']],
  ['!=', ['comparison', '==']],
  ['+', ['sum', '-']],
  ['-', ['sum', '+']],
]);
const EQUALITIES: ReadonlySet<unknown> = new Set(['===', '!==', '==', '!=']);
/** Parts of a type's syntax in which something runs. */
const TYPED = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSInstantiationExpression']);

/** The mutants of a TypeScript file, in the order of their places. @throws SyntaxError */
export function mutantsOf(text: string): Mutant[] {
  return nodesBelow(programOf(text))
    .flatMap(([node, parent]) => faultsIn(node, parent, text))
    .filter(({ place }) => !text.slice(place.start, place.end).includes('\n'))
    .sort(({ place: a }, { place: b }) => a.start - b.start || a.end - b.end)
    .map(({ place, ...mutant }) => ({ ...mutant, line: text.slice(0, place.start).split('\n').length }));
}

/** Whether a place of the text is one whole expression, or one whole statement. @throws SyntaxError */
export function isWhole(text: string, start: number, end: number, isStatement: boolean): boolean {
  return nodesBelow(programOf(text)).some(
    ([node]) => node.start === start && node.end === end && isStatement === /Statement$/.test(node.type),
  );
}

export const applied = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + (replacement ?? ';') + text.slice(end);

/** The mutant's line without the fault and with it. */
export function linesOf(text: string, mutant: Mutant): { readonly before: string; readonly after: string } {
  const at = (whole: string) => (whole.split('\n')[mutant.line - 1] ?? '').trim();
  return { before: at(text), after: at(applied(text, mutant)) };
}

const programOf = (text: string) =>
  parse(text, { sourceType: 'module', plugins: ['typescript'] }).program as unknown as Node;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'start' in value && 'type' in value;
const nodesIn = (value: unknown): Node[] =>
  Array.isArray(value) ? value.flatMap(nodesIn) : isNode(value) ? [value] : [];

/** Every node that runs, with its parent; types are left out. */
function nodesBelow(node: Node, parent?: Node): (readonly [Node, Node | undefined])[] {
  if (node.type.startsWith('TS') && !TYPED.has(node.type)) return [];
  const children = Object.values(node).flatMap(nodesIn);
  return [[node, parent], ...children.flatMap((child) => nodesBelow(child, node))];
}

function faultsIn(node: Node, parent: Node | undefined, text: string): Fault[] {
  switch (node.type) {
    case 'IfStatement':
      return [...negated(node.test, text), ...dropped('return', lastOf(node.consequent), 'ReturnStatement')];
    case 'ConditionalExpression':
    case 'WhileStatement':
      return negated(node.test, text);
    case 'LogicalExpression':
    case 'BinaryExpression':
      return operated(node, parent, text);
    case 'BooleanLiteral':
      return replaced('boolean', node, String(!node.value));
    case 'ThrowStatement':
      return dropped('throw', node, 'ThrowStatement');
    case 'ExpressionStatement':
      return isCall(node.expression) ? dropped('call', node, 'ExpressionStatement') : [];
    default:
      return [];
  }
}

const replaced = (
  kind: Kind,
  { start, end }: Node,
  replacement: string | null,
  place: Place = { start, end },
): Fault[] => [{ kind, start, end, replacement, place }];
const dropped = (kind: Kind, node: unknown, type: string): Fault[] =>
  isNode(node) && node.type === type ? replaced(kind, node, null) : [];
/** An equality the other way round is a mutant already. */
const negated = (test: unknown, text: string): Fault[] =>
  isNode(test) && !EQUALITIES.has(test.operator) ? replaced('condition', test, `!(${sourceOf(test, text)})`) : [];

function operated(node: Node, parent: Node | undefined, text: string): Fault[] {
  const { operator, left, right, start, end } = node;
  if (!isNode(left) || !isNode(right)) return [];
  const place = { start: text.indexOf(String(operator), left.end), end: 0 };
  place.end = place.start + String(operator).length;
  if (operator === '??') return replaced('fallback', node, text.slice(place.end, end).trim());
  const other = OPERATORS.get(operator);
  if (other === undefined) return [];
  const whole = text.slice(start, place.start) + other[1] + text.slice(place.end, end);
  return replaced(other[0], node, isBareOperand(node, parent) ? `(${whole})` : whole, place);
}

/** Whether another logical operator could take a part of it, once its own is the other one. */
const isBareOperand = (node: Node, parent: Node | undefined): boolean =>
  node.type === 'LogicalExpression' &&
  parent?.type === 'LogicalExpression' &&
  !(node.extra as { parenthesized?: boolean } | undefined)?.parenthesized;

const sourceOf = (node: Node, text: string) => text.slice(node.start, node.end);

/** The statement that an `if` ends with. */
function lastOf(consequent: unknown): unknown {
  return isNode(consequent) && consequent.type === 'BlockStatement' ? nodesIn(consequent.body).at(-1) : consequent;
}

const isCall = (node: unknown): boolean =>
  isNode(node) && (node.type === 'CallExpression' || (node.type === 'AwaitExpression' && isCall(node.argument)));
