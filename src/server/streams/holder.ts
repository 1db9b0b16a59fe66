import type { Actor } from '../../authority/index.js';
import type { Holder } from './stream-places.js';

/** Whose a stream is. @throws Error for nobody, whom no policy lets open one. */
export function holderOf({ principal }: Actor): Holder {
  if (principal === null) throw new Error('A policy let somebody open a stream who is nobody.');
  return principal;
}
