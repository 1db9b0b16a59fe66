/** Letters and digits that are not taken for one another; 32 of them, so that each byte gives one alike often. */
const SIGNS = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 24;

/** A password that nobody can guess: 120 bits. */
export function newPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  const signs = [...bytes].map((byte) => SIGNS[byte % SIGNS.length]);
  return [0, 6, 12, 18].map((from) => signs.slice(from, from + 6).join('')).join('-');
}
