import type { ExplainedCheck } from '../../../platform/policy/index.js';
import { CliError } from '../../common/errors.js';
import { formatValue, printable } from '../../common/output.js';
import { type Format, isData, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';
import { ask, type QuestionFiles } from './question.js';

/** Prints whether a policy allows. @throws CliError when it does not. */
export async function evaluatePolicy(name: string, files: QuestionFiles, format: Format): Promise<void> {
  const { decision } = await ask(name, files);
  if (isData(format)) print(toData(format, { policy: name, ...decision }));
  else print(decision.outcome);
  if (decision.outcome !== 'ALLOWED') throw new CliError(`${name} is denied`);
}

/** Prints the tree of a decision: each node, its value, and whether it decides. */
export async function explainPolicy(name: string, files: QuestionFiles, format: Format): Promise<void> {
  const { decision, scope, tree, boundary } = await ask(name, files);
  const hasBoundary = boundary !== null;
  if (isData(format)) return print(toData(format, { policy: name, decision, scope, hasBoundary, tree }));
  print(`${decision.outcome}  ${name}`);
  const held = scope.held ?? 'anonymous';
  print(`scope     ${held}: ${scope.passes ? 'the policy accepts it' : 'the policy does not accept it'}`);
  if (decision.outcome === 'WRONG_SCOPE') print(`accepts   ${formatValue(decision.scopeTypes)}`);
  if (tree === null) return;
  const parts: [string, ExplainedCheck | undefined][] = hasBoundary
    ? [
        ['boundary', tree.of[0]],
        ['check', tree.of[1]],
      ]
    : [['check', tree]];
  for (const [title, part] of parts)
    if (part) for (const [index, line] of nodeLines(part, 0).entries()) print((index ? '' : title).padEnd(10) + line);
}

/** A line for each node; `>` marks the nodes that decide. */
function nodeLines(node: ExplainedCheck, depth: number): readonly string[] {
  const isInner = node.of.length > 0 && node.kind !== 'rule';
  const notes = [
    node.held === undefined ? [] : [`caller: ${formatValue(node.held)}`],
    node.target === undefined ? [] : [`target: ${formatValue(node.target)}`],
  ].flat();
  const text = `${'  '.repeat(depth)}${isInner ? node.kind : printable(node.check)}`;
  const line = `${node.isDeciding ? '>' : ' '} ${node.value.padEnd(6)} ${text}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`;
  return [line, ...node.of.flatMap((operand) => nodeLines(operand, depth + 1))];
}
