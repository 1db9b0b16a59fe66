import type { PresentedCredential } from '../../authority/index.js';

const BEARER = /^Bearer (\S{1,128})$/i;
const BASIC = /^Basic ([A-Za-z0-9+/]{1,256}={0,2})$/i;

/** Reads the Authorization header; null without one. A header that cannot be read becomes an invalid token. */
export function presentedIn(authorization: string | undefined): PresentedCredential | null {
  if (authorization === undefined) return null;
  const basic = BASIC.exec(authorization)?.[1];
  if (basic === undefined) return { kind: 'token', token: BEARER.exec(authorization)?.[1] ?? '' };
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return { kind: 'credential', id: pair.slice(0, Math.max(colon, 0)), key: pair.slice(colon + 1) };
}
