import type { Scalar } from './values.js';

/** Where a word starts in its text. Both count from 1; columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** `@` (always) and `!` (never). */
export interface Constant {
  readonly kind: 'constant';
  readonly allows: boolean;
  readonly at: Position;
}

/** `role:NAME`; role names compare case-insensitively. */
export interface RoleCheck {
  readonly kind: 'role';
  readonly name: string;
  readonly at: Position;
}

/** Left of a colon, known before any row: a path into the credentials, or a Python-style literal (`None` is null). */
export type Known =
  | { readonly kind: 'credential'; readonly path: readonly string[] }
  | { readonly kind: 'literal'; readonly value: Scalar | null };

/** Right of a colon: a key of the target row, or a constant without quotes. */
export type Matched =
  | { readonly kind: 'key'; readonly name: string; readonly at: Position }
  | { readonly kind: 'text'; readonly text: string };

/** `FIELD:%(key)s`, `FIELD:constant`, `'literal':%(key)s`, `None:%(key)s`. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly known: Known;
  readonly matched: Matched;
  readonly at: Position;
}

export type Atom = Constant | RoleCheck | Comparison;

export interface Not<Node> {
  readonly kind: 'not';
  readonly of: Node;
}

export interface Junction<Node> {
  readonly kind: 'and' | 'or';
  readonly of: readonly Node[];
}

/** `rule:NAME` as written. */
export interface RuleCall {
  readonly kind: 'rule';
  readonly name: string;
  readonly at: Position;
}

/** `rule:NAME` with the rule's check. */
export interface NamedRule extends RuleCall {
  readonly body: Check;
}

/** A check as written. */
export type ParsedCheck = Atom | RuleCall | Not<ParsedCheck> | Junction<ParsedCheck>;

/** A check whose rules have been looked up; the tree that is evaluated, filtered and explained. */
export type Check = Atom | NamedRule | Not<Check> | Junction<Check>;

/** The leaves of a check, including those of its rules. */
export function atomsOf(check: Check): readonly Atom[] {
  switch (check.kind) {
    case 'rule':
      return atomsOf(check.body);
    case 'not':
      return atomsOf(check.of);
    case 'and':
    case 'or':
      return check.of.flatMap(atomsOf);
    default:
      return [check];
  }
}
