/** Problems in one error at most; a completely wrong list needs no more. */
export const MAX_PROBLEMS = 20;

/** One problem of an uploaded policy and its place: a 1-based line, a JSON pointer (RFC 6901), or both. */
export interface PolicyProblem {
  readonly message: string;
  readonly line?: number;
  readonly pointer?: string;
}

function where(problem: PolicyProblem): string {
  const line = problem.line === undefined ? '' : `line ${problem.line}: `;
  const pointer = problem.pointer === undefined ? '' : `${problem.pointer}: `;
  return `${line}${pointer}${problem.message}`;
}

/** The policy as a whole is refused. `problems` has at most `MAX_PROBLEMS`, in the order of the text. */
export class RuntimePolicyError extends Error {
  readonly problems: readonly PolicyProblem[];
  readonly line: number | undefined;
  readonly pointer: string | undefined;

  constructor(problems: readonly PolicyProblem[]) {
    super(problems.map(where).join('; '));
    this.name = 'RuntimePolicyError';
    this.problems = problems;
    this.line = problems[0]?.line;
    this.pointer = problems[0]?.pointer;
  }
}

/** Collects problems, so that an author sees several mistakes at once; stops at `MAX_PROBLEMS`. */
export class ProblemList {
  readonly #problems: PolicyProblem[] = [];

  add(problem: PolicyProblem): void {
    this.#problems.push(problem);
    if (this.#problems.length >= MAX_PROBLEMS) this.throwIfAny();
  }

  /** Adds a problem after which the rest of the text cannot be parsed. */
  fail(problem: PolicyProblem): never {
    this.#problems.push(problem);
    throw new RuntimePolicyError(this.#problems);
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new RuntimePolicyError(this.#problems);
  }
}
