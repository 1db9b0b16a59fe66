import { badInput } from './errors.js';

const PARTS_MAX = 200;

/** A time that is counted in parts of equal length. */
export interface Parts {
  readonly since: Date;
  readonly until: Date;
  readonly parts: number;
}

/** The parts of a time, the earliest first. @throws Refusal BAD_USER_INPUT for too many or none, and for a time that ends before it begins. */
export function bucketsOf({ since, until, parts }: Parts): { readonly since: Date; readonly until: Date }[] {
  if (parts < 1 || parts > PARTS_MAX)
    throw badInput(`buckets must be from 1 to ${PARTS_MAX}.`, { argument: 'buckets' });
  const [from, to] = [since.getTime(), until.getTime()];
  if (to <= from) throw badInput('The time must end after it begins.', { argument: 'since' });
  const edge = (at: number) => new Date(from + ((to - from) * at) / parts);
  return Array.from({ length: parts }, (_, at) => ({ since: edge(at), until: edge(at + 1) }));
}
