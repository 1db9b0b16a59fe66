import { alreadyExists } from '../platform/errors.js';
import { databaseFault } from './errors.js';

/**
 * The error for a value that another row has, by the name of the unique constraint: `what` begins the sentence, for
 * example "A user named", and `field` is the name in the row and in the input. Each constant is next to its table.
 */
export type Taken = Readonly<Record<string, { readonly field: string; readonly what: string }>>;

/**
 * Runs `write`, which writes `values`.
 * @throws UserErrors ALREADY_EXISTS when another row has one of them.
 */
export async function unlessTaken<T>(taken: Taken, values: object, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const fault = databaseFault(error);
    const rule = fault.kind === 'unique' ? taken[fault.constraint] : undefined;
    if (rule === undefined) throw error;
    throw alreadyExists(`${rule.what} ${Reflect.get(values, rule.field)} exists.`, rule.field);
  }
}
