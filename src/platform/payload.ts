import { type UserErrorFact, UserErrors } from './errors.js';

/** The part that every payload has. */
export interface WithUserErrors {
  userErrors: { code: UserErrorFact['code']; message: string; path: string[] }[];
}

/**
 * Runs a use case and shapes its outcome as a payload: its result with no user errors, or nulls with them. `empty` has
 * the payload's non-null fields for the second case.
 */
export async function payload<T extends object, E extends object = object>(
  run: () => Promise<T>,
  empty?: E,
): Promise<(T | E) & WithUserErrors> {
  try {
    return { ...(await run()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    const userErrors = error.facts.map((fact) => ({ ...fact, path: ['input', ...fact.path] }));
    return { ...(empty ?? ({} as E)), userErrors };
  }
}

/** A mutation with one input; mistakes that a caller can correct are returned as data. */
export function inputMutation<Input, Context>(
  run: (context: Context, input: Input) => Promise<object>,
  empty: object = {},
) {
  return (_: unknown, { input }: { input: Input }, context: Context) => payload(() => run(context, input), empty);
}
