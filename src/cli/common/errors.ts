/** Exit codes of the process; scripts depend on these numbers. */
export const EXIT = {
  ok: 0,
  /** The input was understood but refused, or evidence was rejected. */
  refused: 1,
  usage: 2,
  /** Not authenticated, or not allowed. */
  denied: 3,
  notFound: 4,
  unavailable: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is for the user of the command. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** One message per line of output. */
  readonly lines: readonly string[];
  /** What the user can do about it, as one or several lines. */
  readonly hint: string | undefined;

  constructor(message: string | readonly string[], exitCode: ExitCode = EXIT.refused, hint?: string) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'));
    this.name = 'CliError';
    this.lines = lines;
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

interface Refusal {
  readonly reason?: string | undefined;
  readonly policy?: string | undefined;
  readonly hint?: string | undefined;
}

/** A top-level error from the API, by its code. */
export class ApiError extends CliError {
  readonly code: string;
  /** `extensions.reason`, if there is one. */
  readonly reason: string | undefined;
  /** The policy that refused, if one did. */
  readonly policy: string | undefined;

  constructor(code: string, message: string, { reason, policy, hint }: Refusal = {}) {
    super(message, exitCodeOf(code), hint);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.policy = policy;
  }
}

/** The exit code of a top-level error's `extensions.code`. */
export function exitCodeOf(code: string): ExitCode {
  switch (code) {
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
      return EXIT.denied;
    case 'NOT_FOUND':
      return EXIT.notFound;
    case 'BAD_USER_INPUT':
    case 'INVALID_CURSOR':
      return EXIT.refused;
    default:
      return EXIT.unavailable;
  }
}

/** Whether the same request may succeed later, unchanged. */
export function isTransient(error: unknown): boolean {
  return error instanceof CliError && error.exitCode === EXIT.unavailable;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
