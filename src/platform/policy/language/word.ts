import type { Atom, Known, Matched, Position, RuleCall } from './ast.js';
import { PolicySyntaxError } from './errors.js';
import { shift, type Token } from './lexer.js';
import type { Scalar } from './values.js';

/**
 * The credential fields that a check may name. A `value` field is compared as it is (a list matches by any element);
 * dots may lead into a `map` field.
 */
export type CredentialFields = Pick<ReadonlyMap<string, 'value' | 'map'>, 'get'>;

const PATH = /^[A-Za-z_]\w*([.-][A-Za-z_]\w*)*$/;
const INTEGER = /^-?(0|[1-9]\d*)$/;
/** In neutron, a colon names the row that a key is read from: `network:project_id`. */
const KEY_NAME = /^[A-Za-z_][\w.:-]*$/;
const TARGET_KEY = /^%\(([^()]*)\)s$/;
const NAMED_LITERALS: ReadonlyMap<string, Scalar | null> = new Map<string, Scalar | null>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Whether a target key of this name can be written in a check. */
export function isKeyName(name: string): boolean {
  return KEY_NAME.test(name);
}

/**
 * Reads one word of a check.
 *
 * @throws PolicySyntaxError at the wrong character.
 */
export function parseWord({ text, at }: Token, origin: string, fields: CredentialFields): Atom | RuleCall {
  if (text === '@' || text === '!') return { kind: 'constant', allows: text === '@', at };
  const refuse = (offset: number, reason: string) => new PolicySyntaxError(origin, shift(at, offset), reason);
  // As in oslo.policy, the first colon counts, inside quotes too, and a word that is quoted as a whole has none.
  const colon = text.indexOf(':');
  if (colon < 0) throw refuse(0, `a word needs a colon: ${JSON.stringify(text)}`);
  const kind = text.slice(0, colon);
  const match = text.slice(colon + 1);
  if (match === '') throw refuse(colon, 'nothing after the colon');
  if (kind === 'role' || kind === 'rule') {
    const matched = parseMatched(match, shift(at, colon + 1), origin);
    if (matched.kind === 'key') throw refuse(colon + 1, `${kind}: takes a name, not a target key`);
    // oslo.policy formats only a role's name, so a doubled percent sign would name another rule there.
    if (kind === 'rule' && match.includes('%')) throw refuse(colon + 1, 'a rule has no percent sign in its name');
    return { kind, name: matched.text, at };
  }
  const known = parseKnown(kind, at, origin, fields);
  if (/^["']/.test(kind) && match.endsWith(kind.charAt(0)))
    throw refuse(text.length - 1, 'a word that begins with a quote may not end with it');
  const matched = parseMatched(match, shift(at, colon + 1), origin);
  if (known.kind === 'literal' && known.value === null && matched.kind === 'text') {
    throw refuse(colon + 1, 'None: is compared with a target key only');
  }
  return { kind: 'comparison', known, matched, at };
}

function parseKnown(kind: string, at: Position, origin: string, fields: CredentialFields): Known {
  const refuse = (reason: string) => new PolicySyntaxError(origin, at, reason);
  const named = NAMED_LITERALS.get(kind);
  if (named !== undefined) return { kind: 'literal', value: named };
  if (INTEGER.test(kind)) {
    const value = Number(kind);
    if (!Number.isSafeInteger(value)) throw refuse(`integer out of range: ${kind}`);
    return { kind: 'literal', value };
  }
  const quote = kind.charAt(0);
  if (quote === "'" || quote === '"') {
    const literal = kind.slice(1, -1);
    if (kind.length < 2 || !kind.endsWith(quote) || literal.includes(quote))
      throw refuse('the quoted literal does not end before the colon');
    // Python would read an escape here; none of our literals needs one.
    if (literal.includes('\\')) throw refuse('a quoted literal takes no backslash');
    return { kind: 'literal', value: literal };
  }
  if (!PATH.test(kind)) throw refuse(`neither a credential field nor a literal: ${JSON.stringify(kind)}`);
  const path = kind.split('.');
  const form = fields.get(path[0] ?? '');
  if (form === undefined || (form === 'value' && path.length > 1)) throw refuse(`unknown credential field: ${kind}`);
  return { kind: 'credential', path };
}

function parseMatched(match: string, at: Position, origin: string): Matched {
  const refuse = (offset: number, reason: string) => new PolicySyntaxError(origin, shift(at, offset), reason);
  const key = TARGET_KEY.exec(match)?.[1];
  if (key !== undefined && isKeyName(key)) return { kind: 'key', name: key, at };
  if (match.startsWith("'") || match.startsWith('"'))
    throw refuse(0, 'a constant after a colon is written without quotes');
  // oslo.policy formats constants, so a doubled percent sign is one, and any other is a broken target key.
  const percent = match.replaceAll('%%', '__').indexOf('%');
  if (percent >= 0) throw refuse(percent, 'a target key is written %(name)s and stands alone after the colon');
  const parenthesis = match.search(/[()]/);
  if (parenthesis >= 0) throw refuse(parenthesis, 'a parenthesis inside a word; separate it with white space');
  return { kind: 'text', text: match.replaceAll('%%', '%') };
}
