import { readFileSync } from 'node:fs';
import { eventually } from '../events/watch.js';
import type { TestServer } from '../harness/server.js';
import { RawConnection } from './raw-connection.js';

/** For what takes a moment, or minutes on a machine that is busy with other things. */
export const PATIENCE_MS = 120_000;

const LOG_IN = `mutation ($user: String!, $password: String!, $newPassword: String) {
  issueToken(input: { proof: { password: { user: $user, password: $password, newPassword: $newPassword } } }) {
    token } }`;

export const post = (length: number, headers: Readonly<Record<string, string>> = {}) => ({
  'content-type': 'application/json',
  'content-length': length,
  ...headers,
});

/** From each of four sources so many requests with a body that does not end. */
export async function attack(server: TestServer, each: number, closing: (() => unknown)[]): Promise<RawConnection[]> {
  const connected = async () => {
    const connection = await RawConnection.open(server.url);
    closing.push(() => connection.end());
    return connection;
  };
  const all: RawConnection[] = [];
  let seen = 0;
  const count = () => {
    seen += 1;
  };
  server.http.on('request', count);
  for (let source = 1; source <= 4; source += 1) {
    const headers = post(1000, { 'x-forwarded-for': `192.0.2.${source}` });
    // Few at a time: the kernel refuses what the process has not yet accepted.
    for (let left = each; left > 0; left -= 50) {
      const own = await Promise.all(Array.from({ length: Math.min(left, 50) }, connected));
      for (const connection of own) connection.head('POST /graphql', headers, '{');
      all.push(...own);
    }
  }
  await eventually(() => seen >= all.length, PATIENCE_MS);
  server.http.off('request', count);
  return all;
}

export const closedOf = (connections: readonly RawConnection[]) =>
  connections.filter(({ isClosed }) => isClosed).length;

/** What callers are told who do nothing wrong, none of them from an attacker's address. */
export async function answersOfOthers(server: TestServer, token: string) {
  const ask = async (query: string, variables: object, headers: Record<string, string>) => {
    const body = JSON.stringify({ query, variables });
    const sent = { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.1', ...headers };
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: sent, body });
    await response.text();
    return response.status;
  };
  const status = async (path: string) => (await fetch(server.url + path)).status;
  const user = { user: 'admin', password: readFileSync(server.adminPasswordPath, 'utf8').trim() };
  return {
    stranger: await ask(LOG_IN, user, {}),
    known: await ask('{ viewer { kind } }', {}, { authorization: `Bearer ${token}` }),
    health: await status('/healthz'),
    readiness: await status('/readyz'),
  };
}

export const ALL_WELL = { stranger: 200, known: 200, health: 200, readiness: 200 };
