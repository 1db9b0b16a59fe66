import { Client, cacheExchange, fetchExchange } from '@urql/core';
import type { TypedDocumentString } from '../generated/documents.js';
import { faultOfResponse } from './faults.js';
import { ownHeaders, send } from './http.js';
import type { Scope } from './scope.js';
import { compare, session } from './session.js';

/** A typed document, as the generator makes it of a page's `.graphql` file. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>;

const clients = new Map<Scope, Client>();

/** The client of a scope. Each has a cache of its own: what one scope may see is never shown at another. */
export function clientOf(scope: Scope): Client {
  const known = clients.get(scope);
  if (known) return known;
  const client = new Client({
    url: '/graphql',
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
    fetchOptions: () => ({ headers: headersFor(scope) }),
    fetch: sendAs,
  });
  clients.set(scope, client);
  return client;
}

/** Forgets everything that was read. */
export const forgetClients = (): void => clients.clear();

/** Nobody touched the page for so long: what it reads by itself keeps no session alive. */
const UNATTENDED_MS = 60_000;
let touchedAt = 0;
for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart'])
  globalThis.addEventListener?.(
    event,
    () => {
      touchedAt = Date.now();
    },
    { capture: true, passive: true },
  );

/** What a request of a scope says besides: whom the page belongs to, and whether somebody is there. */
export function headersFor(scope: Scope): Record<string, string> {
  const user = session.get()?.user.id;
  return {
    ...ownHeaders(scope),
    ...(user !== undefined && { 'Bailiwick-User': user }),
    ...(Date.now() - touchedAt > UNATTENDED_MS && { 'Bailiwick-Unattended': '1' }),
  };
}

/** A refusal for want of a session opens the dialog that asks for the password again: for want of a role it does not help. */
async function sendAs(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await send(input, init);
  if (response.status === 401 && (await faultOfResponse(response.clone())).code === 'UNAUTHENTICATED') await compare();
  return response;
}
