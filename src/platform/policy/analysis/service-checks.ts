import type { ParsedCheck } from '../language/ast.js';
import { parseCheck } from '../language/parser.js';
import type { CredentialMap } from '../language/values.js';

/** What is doubtful about another service's check, which is decided all the same. */
export interface CheckWarning {
  readonly code: 'EMPTY_CHECK' | 'SERVICE_CHECK';
  /** Names the rule and what is doubtful about it. */
  readonly message: string;
}

export type Warn = (warning: CheckWarning) => void;

/**
 * Kinds of checks that a service adds to oslo.policy, and the service's name. They read what only the service has, so
 * they say nothing here: neither such a check nor its negation allows.
 */
const SERVICE_KINDS: ReadonlyMap<string, string> = new Map([['field', 'neutron']]);

/** Credentials of a service may have any fields; in oslo.policy, `http` and `https` are calls to other servers. */
const FIELDS = { get: (name: string) => (name === 'http' || name === 'https' ? undefined : ('map' as const)) };

/** Parses a check of another service. @throws PolicySyntaxError with line and column. */
export function parseServiceCheck(text: string, origin: string, warn: Warn): ParsedCheck {
  const check = parseCheck(text, { origin, credentials: FIELDS });
  for (const kind of new Set(kindsIn(check))) {
    const service = SERVICE_KINDS.get(kind);
    if (service !== undefined)
      warn({ code: 'SERVICE_CHECK', message: `${origin}: ${kind}: is ${service}'s own check, and says nothing here` });
  }
  return check;
}

/** The same for a default: an empty one allows. White space alone does not, as in oslo.policy. */
export function parseServiceDefault(text: string, origin: string, warn: Warn): ParsedCheck {
  if (text !== '') return parseServiceCheck(text, origin, warn);
  warn({ code: 'EMPTY_CHECK', message: `${origin}: the check is empty, and read as @` });
  return { kind: 'constant', allows: true, at: { line: 1, column: 1 } };
}

/** Credentials without fields that a check could confuse with a service's own kind of check. */
export function withoutServiceKinds(credentials: CredentialMap): CredentialMap {
  const fields = Object.entries(credentials);
  return fields.some(([name]) => SERVICE_KINDS.has(name))
    ? Object.fromEntries(fields.filter(([name]) => !SERVICE_KINDS.has(name)))
    : credentials;
}

/** The first parts of the credential paths that a check itself names, without those of its rules. */
function kindsIn(check: ParsedCheck): readonly string[] {
  switch (check.kind) {
    case 'not':
      return kindsIn(check.of);
    case 'and':
    case 'or':
      return check.of.flatMap(kindsIn);
    case 'comparison':
      return check.known.kind === 'credential' ? check.known.path.slice(0, 1) : [];
    default:
      return [];
  }
}
