/** A policy set that cannot be built; says what is wrong with which policy, rule or claim. */
export class PolicyError extends Error {
  override readonly name: string = 'PolicyError';
}

export type SyntaxCode = 'INVALID_CHECK' | 'UNDEFINED_RULE' | 'CYCLIC_RULE';

/** A check whose text was refused. Lines and columns count from 1, columns in UTF-16 code units. */
export class PolicySyntaxError extends PolicyError {
  override readonly name = 'PolicySyntaxError';
  /** The source of the text: `policy allowlist:create, check`, `rule owner`. */
  readonly origin: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly code: SyntaxCode;

  constructor(
    origin: string,
    at: { readonly line: number; readonly column: number },
    reason: string,
    code: SyntaxCode = 'INVALID_CHECK',
  ) {
    super(`${origin}, line ${at.line}, column ${at.column}: ${reason}`);
    this.origin = origin;
    this.line = at.line;
    this.column = at.column;
    this.reason = reason;
    this.code = code;
  }
}
