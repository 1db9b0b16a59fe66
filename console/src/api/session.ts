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

/** Asks who is logged in; undefined when the server does not say. */
async function ask(): Promise<Session | null | undefined> {
  const response = await call('GET').catch(() => null);
  if (response?.ok) return (await response.json()) as Session;
  return response?.status === 401 ? null : undefined;
}

/** Asks who is logged in, for a page that shows nothing yet. */
export async function look(): Promise<Session | null> {
  const found = (await ask()) ?? null;
  session.set(found);
  return found;
}

/** Nothing that this tab read or that was typed in it is for the person who is logged in now. */
const startOver = () => location.replace('/');

/**
 * Asks whether whom the page belongs to is still logged in. When the session is over, a dialog asks for the password;
 * when the browser is somebody else's by now, the page begins anew.
 */
export async function compare(): Promise<void> {
  const known = session.get();
  const found = known && (await ask());
  if (!known || found === undefined) return;
  if (found === null) isExpired.set(true);
  else if (found?.user.id !== known.user.id) startOver();
}

/** Logs in. Returns why not, or null. */
export async function logIn({ name, domain, password, newPassword }: Credentials): Promise<Fault | null> {
  const user = { name, domain: { name: domain } };
  const response = await call('POST', { user, password, ...(newPassword && { newPassword }) }).catch(() => null);
  if (response === null) return UNREACHABLE;
  if (!response.ok) return faultOfResponse(response);
  const found = (await response.json()) as Session;
  const before = session.get();
  if (before && before.user.id !== found.user.id) startOver();
  else session.set(found);
  isExpired.set(false);
  return null;
}

/** Logs out: the session ends on the server, and this tab forgets everything that it read. Returns why not, or null. */
export async function logOut(): Promise<Fault | null> {
  const response = await call('DELETE').catch(() => null);
  if (response === null) return UNREACHABLE;
  if (!response.ok && response.status !== 401) return faultOfResponse(response);
  location.replace('/log-in');
  return null;
}
