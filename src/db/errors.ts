/** What a failed statement means to the program; every other error is a fault. */
export type DatabaseFault =
  | { readonly kind: 'unique' | 'foreign-key'; readonly constraint: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unavailable'; readonly cause: Cause }
  | { readonly kind: 'unstorable-text' }
  | { readonly kind: 'other' };

/** Serialization failure and deadlock (PostgreSQL manual, appendix A): the transaction can run again. */
const CONFLICTS = new Set(['40001', '40P01']);
/**
 * Why the database cannot serve now, by the codes of PostgreSQL (manual, appendix A), the operating system, the driver
 * and the gate.
 */
const CAUSES = {
  'no-connection': /^NO_CONNECTION$/,
  locked: /^(55P03|25P03)$/,
  slow: /^57014$/,
  'disk-full': /^(53100|58030|ENOSPC|EDQUOT)$/,
  'read-only': /^25006$/,
  'too-many-sessions': /^53[023]00$|^53400$/,
  // For example a changed password or a renamed database.
  refused: /^(28...|3D000)$/,
  gone: /^(08...|57P0[1-5]|ECONN\w+|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT\w+)$/,
} as const;
export type Cause = keyof typeof CAUSES;
export const CAUSE_NAMES = Object.keys(CAUSES) as Cause[];

/** Bytes that are no text, and a character that a text or JSON of the database cannot have: NUL is either. */
const UNSTORABLE = new Set(['22021', '22P05']);

interface Caused {
  code?: unknown;
  constraint?: unknown;
  constraint_name?: unknown;
  cause?: unknown;
  message?: unknown;
}

/** Classifies an error by its chain of causes: drivers name the same facts differently. */
export function databaseFault(error: unknown): DatabaseFault {
  for (let current = error as Caused | null | undefined, depth = 0; current && depth < 5; depth++) {
    const code = typeof current.code === 'string' ? current.code : '';
    const constraint = String(current.constraint ?? current.constraint_name ?? '');
    if (code === '23505') return { kind: 'unique', constraint };
    if (code === '23503') return { kind: 'foreign-key', constraint };
    if (UNSTORABLE.has(code)) return { kind: 'unstorable-text' };
    if (CONFLICTS.has(code)) return { kind: 'conflict' };
    const cause = current.message === 'PGlite is closed' ? 'gone' : causeFor(code);
    if (cause) return { kind: 'unavailable', cause };
    current = current.cause as Caused | null | undefined;
  }
  return { kind: 'other' };
}

function causeFor(code: string): Cause | undefined {
  return CAUSE_NAMES.find((cause) => CAUSES[cause].test(code));
}

/** Why the database could not serve; undefined for any other error. */
export function causeOf(error: unknown): Cause | undefined {
  const fault = databaseFault(error);
  return fault.kind === 'unavailable' ? fault.cause : undefined;
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * The parts of a fault that may be logged. The message of a failed statement holds its parameters, which can be
 * secrets, so of such an error only the codes, the constraint and the stack frames are kept.
 */
export function faultForLog(error: unknown): { type: string; codes: string[]; message?: string; frames: string[] } {
  const chain: Caused[] = [];
  for (
    let at = error as Caused | null | undefined;
    at && chain.length < 5;
    at = at.cause as Caused | null | undefined
  ) {
    chain.push(at);
  }
  const codes = chain.flatMap(({ code, constraint, constraint_name }) =>
    [code, constraint ?? constraint_name].filter((part) => typeof part === 'string'),
  ) as string[];
  const isStatement =
    chain.some(({ message }) => String(message).startsWith('Failed query')) ||
    codes.some((code) => SQLSTATE.test(code));
  const { name, stack } = error instanceof Error ? error : { name: typeof error, stack: '' };
  const frames = (stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return { type: name, codes, ...(!isStatement && { message: String(chain[0]?.message) }), frames };
}
