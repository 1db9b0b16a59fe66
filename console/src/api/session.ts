import { type Fault, faultOfResponse, UNREACHABLE } from './faults.js';
import { ownHeaders, send } from './http.js';
import { createStore } from './store.js';

/** Who is logged in, and until when; the token itself stays in a cookie that no script can read. */
export interface Session {
  readonly expiresAt: string;
  readonly idleExpiresAt: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** What a person types to log in. */
export interface Credentials {
  readonly name: string;
  readonly domain: string;
  readonly password: string;
  /** Required once, where the password was set by another. */
  readonly newPassword?: string;
}

/** Null when nobody is logged in; undefined until the server has said. */
export const session = createStore<Session | null | undefined>(undefined);
/** Whether the session ended while a page was open: a dialog over the page asks for the password again. */
export const isExpired = createStore(false);

const call = (method: string, body?: object) =>
  send('/session', {
    method,
    headers: { ...ownHeaders('unscoped'), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });

/** Asks who is logged in. */
export async function look(): Promise<Session | null> {
  const response = await call('GET').catch(() => null);
  if (response === null) return null;
  const found = response.ok ? ((await response.json()) as Session) : null;
  session.set(found);
  return found;
}

/** Logs in. Returns why not, or null. */
export async function logIn({ name, domain, password, newPassword }: Credentials): Promise<Fault | null> {
  const user = { name, domain: { name: domain } };
  const response = await call('POST', { user, password, ...(newPassword && { newPassword }) }).catch(() => null);
  if (response === null) return UNREACHABLE;
  if (!response.ok) return faultOfResponse(response);
  session.set((await response.json()) as Session);
  isExpired.set(false);
  return null;
}

/** Logs out: the session ends on the server, and this tab forgets everything that it read. */
export async function logOut(): Promise<void> {
  await call('DELETE').catch(() => null);
  location.assign('/log-in');
}
