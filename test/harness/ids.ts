import type { Id } from '../../src/platform/ids.js';

/** The texts of rows as ids of whatever kinds the rows want; what is a literal or an id already stays. */
type AsIds<Value> = Value extends string
  ? string extends Value
    ? Id<never>
    : Value
  : Value extends Date
    ? Value
    : Value extends readonly (infer One)[]
      ? AsIds<One>[]
      : Value extends object
        ? { [Field in keyof Value]: AsIds<Value[Field]> }
        : Value;

/** A text that a test made up, or read in an answer, as an id of the kind that is wanted. */
export const asId = (text: string) => text as Id<never>;

/** The same for all texts of rows. */
export const asIds = <Value>(rows: Value) => rows as AsIds<Value>;
