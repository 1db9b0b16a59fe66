/** How many problems one refusal names; a list that is wrong throughout is not worth more. */
export const MAX_PROBLEMS = 20;

/** One thing wrong with an uploaded policy, and where: a 1-based line, a JSON pointer (RFC 6901), or both. */
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

/** A policy that was refused whole. `problems` holds at most `MAX_PROBLEMS`, in the order of the text. */
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

/** Gathers problems, so that an author learns of several mistakes at once, and gives up at `MAX_PROBLEMS`. */
export class ProblemList {
  readonly #problems: PolicyProblem[] = [];

  add(problem: PolicyProblem): void {
    this.#problems.push(problem);
    if (this.#problems.length >= MAX_PROBLEMS) this.throwIfAny();
  }

  /** Adds a problem after which the rest of the text cannot be understood. */
  fail(problem: PolicyProblem): never {
    this.#problems.push(problem);
    throw new RuntimePolicyError(this.#problems);
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new RuntimePolicyError(this.#problems);
  }
}
