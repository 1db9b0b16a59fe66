import { parse } from '@babel/parser';

export type Kind = 'condition' | 'logic' | 'fallback' | 'comparison' | 'sum' | 'boolean' | 'throw' | 'return' | 'call';

/** One fault in one line: what stands from `start` to `end` is replaced. */
export interface Mutant {
  readonly kind: Kind;
  /** Counted from 1. */
  readonly line: number;
  /** Places in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number };
type Fault = Omit<Mutant, 'line'>;

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
  const { program } = parse(text, { sourceType: 'module', plugins: ['typescript'] });
  return nodesBelow(program as unknown as Node)
    .flatMap((node) => faultsIn(node, text))
    .filter(({ start, end }) => !text.slice(start, end).includes('\n'))
    .map((fault) => ({ ...fault, line: text.slice(0, fault.start).split('\n').length }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

export const applied = (text: string, { start, end, replacement }: Fault): string =>
  text.slice(0, start) + replacement + text.slice(end);

/** The mutant's line without the fault and with it. */
export function linesOf(text: string, mutant: Mutant): { readonly before: string; readonly after: string } {
  const at = (whole: string) => (whole.split('\n')[mutant.line - 1] ?? '').trim();
  return { before: at(text), after: at(applied(text, mutant)) };
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'start' in value && 'type' in value;
const nodesIn = (value: unknown): Node[] =>
  Array.isArray(value) ? value.flatMap(nodesIn) : isNode(value) ? [value] : [];

/** Every node that runs; types are left out. */
function nodesBelow(node: Node): Node[] {
  if (node.type.startsWith('TS') && !TYPED.has(node.type)) return [];
  return [node, ...Object.values(node).flatMap(nodesIn).flatMap(nodesBelow)];
}

function faultsIn(node: Node, text: string): Fault[] {
  switch (node.type) {
    case 'IfStatement':
      return [...negated(node.test, text), ...dropped('return', lastOf(node.consequent), 'ReturnStatement')];
    case 'ConditionalExpression':
    case 'WhileStatement':
      return negated(node.test, text);
    case 'LogicalExpression':
      return node.operator === '??' ? replaced('fallback', node, sourceOf(node.right, text)) : swapped(node, text);
    case 'BinaryExpression':
      return swapped(node, text);
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

const replaced = (kind: Kind, { start, end }: Node, replacement: string): Fault[] => [
  { kind, start, end, replacement },
];
const dropped = (kind: Kind, node: unknown, type: string): Fault[] =>
  isNode(node) && node.type === type ? replaced(kind, node, ';') : [];
/** An equality the other way round is a mutant already. */
const negated = (test: unknown, text: string): Fault[] =>
  isNode(test) && !EQUALITIES.has(test.operator) ? replaced('condition', test, `!(${sourceOf(test, text)})`) : [];

function swapped({ operator, left, right }: Node, text: string): Fault[] {
  const other = OPERATORS.get(operator);
  if (other === undefined || !isNode(left) || !isNode(right)) return [];
  const start = text.indexOf(String(operator), left.end);
  return [{ kind: other[0], start, end: start + String(operator).length, replacement: other[1] }];
}

const sourceOf = (node: unknown, text: string) => (isNode(node) ? text.slice(node.start, node.end) : '');

/** The statement that an `if` ends with. */
function lastOf(consequent: unknown): unknown {
  return isNode(consequent) && consequent.type === 'BlockStatement' ? nodesIn(consequent.body).at(-1) : consequent;
}

const isCall = (node: unknown): boolean =>
  isNode(node) && (node.type === 'CallExpression' || (node.type === 'AwaitExpression' && isCall(node.argument)));
