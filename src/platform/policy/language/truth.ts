/**
 * What an evaluated check says, as two independent bits: "may be TRUE" and "may be FALSE".
 *
 * One set of operators then serves all three answers. On a known row exactly one bit is set, or none when a value is
 * absent; with target keys still open both are set. These are the four values of Belnap's logic (N. D. Belnap, "A
 * useful four-valued logic", 1977): each bit of a result depends only on what could produce that bit.
 */
export type Truth = number;

/** A value is missing, so the comparison says nothing. Its negation says nothing either. */
export const ABSENT: Truth = 0;
/** The only value that allows. */
export const TRUE: Truth = 1;
export const FALSE: Truth = 2;
/** Not yet known: some rows may make it TRUE, others FALSE or ABSENT. */
export const OPEN: Truth = 3;

export function and(a: Truth, b: Truth): Truth {
  return (a & b & TRUE) | ((a | b) & FALSE);
}

export function or(a: Truth, b: Truth): Truth {
  return ((a | b) & TRUE) | (a & b & FALSE);
}

export function not(a: Truth): Truth {
  return ((a & TRUE) << 1) | ((a & FALSE) >> 1);
}

/** Whether the check is TRUE or, with target keys open, whether some row could make it TRUE. */
export function mayBeTrue(value: Truth): boolean {
  return (value & TRUE) !== 0;
}
