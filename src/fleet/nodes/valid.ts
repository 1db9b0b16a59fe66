import { invalid } from '../../platform/errors.js';
import { canonicalAddress } from './address.js';

const NAME = /^[a-z0-9][a-z0-9._-]{0,252}$/;

/** Names differ in more than case: they are stored, and looked up, in lower case. */
export const foldedName = (name: string): string => (/^[\x20-\x7e]*$/.test(name) ? name.toLowerCase() : name);

/** @throws UserErrors INVALID. */
export function validNodeName(name: string, ...path: string[]): string {
  const folded = foldedName(name);
  if (NAME.test(folded)) return folded;
  throw invalid(
    'A node’s name must have 1 to 253 ASCII letters, digits, dots, hyphens and underscores, and begin with a letter or digit.',
    ...path,
  );
}

/** Null for none. @throws UserErrors INVALID for what is no address of one machine. */
export function validAddress(address: string | null | undefined, ...path: string[]): string | null {
  if (address == null) return null;
  const canonical = canonicalAddress(address);
  if (canonical !== null) return canonical;
  throw invalid('An address is a host name of ASCII letters, digits, dots and hyphens, or an IP address.', ...path);
}
