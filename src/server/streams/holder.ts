import type { Actor } from '../../authority/index.js';
import type { Holder } from './stream-places.js';

/** The owner of a stream. @throws Error for an anonymous caller, whom no policy allows to open one. */
export function holderOf({ principal }: Actor): Holder {
  if (principal === null) throw new Error('A policy let somebody open a stream who is nobody.');
  return principal;
}
