/** What the process answers its caller; scripts depend on these numbers. */
export const EXIT = {
  ok: 0,
  /** The input was understood and refused; or evidence was rejected. */
  refused: 1,
  usage: 2,
  /** Not authenticated, or not allowed. */
  denied: 3,
  notFound: 4,
  unavailable: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is meant for whoever typed the command. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** One message per line of output. */
  readonly lines: readonly string[];

  constructor(message: string | readonly string[], exitCode: ExitCode = EXIT.refused) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'));
    this.name = 'CliError';
    this.lines = lines;
    this.exitCode = exitCode;
  }
}

/** An answer of the API that is a top-level error, by its code. */
export class ApiError extends CliError {
  readonly code: string;
  /** What more `extensions.reason` says, where it says anything. */
  readonly reason: string | undefined;

  constructor(code: string, message: string, reason?: string) {
    super(message, exitCodeOf(code));
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
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

/** Whether the same request may well succeed later, unchanged. */
export function isTransient(error: unknown): boolean {
  return error instanceof CliError && error.exitCode === EXIT.unavailable;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
