import type { Comparison, ParsedCheck } from './ast.js';

const BINDS = { or: 0, and: 1, not: 2 } as const;

/** The canonical text of a check: single spaces, lower-case words, no unnecessary parentheses. */
export function printCheck(check: ParsedCheck): string {
  return print(check, BINDS.or);
}

function print(check: ParsedCheck, binding: number): string {
  switch (check.kind) {
    case 'constant':
      return check.allows ? '@' : '!';
    case 'role':
    case 'rule':
      return `${check.kind}:${escapePercent(check.name)}`;
    case 'comparison':
      return printComparison(check);
    case 'not':
      return `not ${print(check.of, BINDS.not)}`;
    case 'and':
    case 'or': {
      const own = BINDS[check.kind];
      const text = check.of.map((operand) => print(operand, own)).join(` ${check.kind} `);
      return own < binding ? `(${text})` : text;
    }
  }
}

function printComparison({ known, matched }: Comparison): string {
  const left = known.kind === 'credential' ? known.path.join('.') : printLiteral(known.value);
  return `${left}:${matched.kind === 'key' ? `%(${matched.name})s` : escapePercent(matched.text)}`;
}

function printLiteral(value: string | number | boolean | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

function escapePercent(text: string): string {
  return text.replaceAll('%', '%%');
}
