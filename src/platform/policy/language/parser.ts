import type { Junction, ParsedCheck, Position } from './ast.js';
import { PolicySyntaxError } from './errors.js';
import { type Token, tokenize } from './lexer.js';
import { type CredentialFields, parseWord } from './word.js';

/** How deep parentheses and `not` may nest, so that no text can exhaust the stack. */
export const CHECK_DEPTH_MAX = 64;

export interface ParseOptions {
  /** The source of the text, for error messages: `policy allowlist:create, check`. */
  readonly origin: string;
  readonly credentials: CredentialFields;
}

/**
 * Parses a check written in oslo.policy's language. `not` binds tighter than `and`, `and` tighter than `or`.
 * Rules stay names; see `expandCheck`.
 *
 * @throws PolicySyntaxError with line and column.
 */
export function parseCheck(text: string, options: ParseOptions): ParsedCheck {
  const parser = new Parser(text, options);
  return parser.parse();
}

class Parser {
  readonly #options: ParseOptions;
  readonly #tokens: readonly Token[];
  readonly #end: Position;
  #next = 0;
  #depth = 0;

  constructor(text: string, options: ParseOptions) {
    this.#options = options;
    this.#tokens = tokenize(text, options.origin);
    const lines = text.split('\n');
    this.#end = { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
  }

  parse(): ParsedCheck {
    if (this.#tokens.length === 0) throw this.#refuse({ line: 1, column: 1 }, 'the check is empty; write @ for always');
    const check = this.#junction('or');
    const rest = this.#tokens[this.#next];
    if (rest?.kind === 'close') throw this.#refuse(rest.at, 'no parenthesis is open here');
    if (rest) throw this.#refuse(rest.at, `expected "and" or "or" before ${JSON.stringify(rest.text)}`);
    return check;
  }

  /** One or more operands joined by the same word; nested ones of the same kind merge, as they mean the same. */
  #junction(kind: Junction<ParsedCheck>['kind']): ParsedCheck {
    const of: ParsedCheck[] = [];
    do {
      const operand = kind === 'or' ? this.#junction('and') : this.#operand();
      if (operand.kind === kind) of.push(...operand.of);
      else of.push(operand);
    } while (this.#accept(kind));
    const [only] = of;
    return only !== undefined && of.length === 1 ? only : { kind, of };
  }

  #operand(): ParsedCheck {
    const token = this.#tokens[this.#next];
    if (!token) throw this.#refuse(this.#end, 'the check ends where an operand was expected');
    this.#next += 1;
    if (token.kind === 'word') return parseWord(token, this.#options.origin, this.#options.credentials);
    if (token.kind === 'not') return this.#nested(token, () => ({ kind: 'not', of: this.#operand() }));
    if (token.kind !== 'open') throw this.#refuse(token.at, `expected an operand, found ${JSON.stringify(token.text)}`);
    return this.#nested(token, () => {
      const inner = this.#junction('or');
      const after = this.#tokens[this.#next];
      if (after && after.kind !== 'close')
        throw this.#refuse(after.at, `expected "and" or "or" before ${JSON.stringify(after.text)}`);
      if (!this.#accept('close')) throw this.#refuse(token.at, 'this parenthesis is not closed');
      return inner;
    });
  }

  #nested(opening: Token, parse: () => ParsedCheck): ParsedCheck {
    this.#depth += 1;
    if (this.#depth > CHECK_DEPTH_MAX) throw this.#refuse(opening.at, `nested deeper than ${CHECK_DEPTH_MAX}`);
    const check = parse();
    this.#depth -= 1;
    return check;
  }

  #accept(kind: Token['kind']): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false;
    this.#next += 1;
    return true;
  }

  #refuse(at: Position, reason: string): PolicySyntaxError {
    return new PolicySyntaxError(this.#options.origin, at, reason);
  }
}
