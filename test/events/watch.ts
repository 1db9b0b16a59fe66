import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import type { Json } from '../harness/server.js';

export const TRUST = `subscription ($after: String, $since: DateTime, $filter: AgentTrustFilter) {
  event: agentTrustChanged(after: $after, since: $since, filter: $filter) {
    id cursor occurredAt from to agent { id name state } } }`;
export const PUBLISHED = `subscription ($after: String, $filter: AllowlistPublishedFilter) {
  event: allowlistPublished(after: $after, filter: $filter) {
    id cursor allowlist { id name } revision { id number } } }`;

const PATIENCE_MS = 10_000;

/** A subscriber of a server: graphql-sse's own client, which knows nothing of this server. */
export function watch(url: string, token: string, query: string, variables: Record<string, unknown> = {}) {
  const answers: Json[] = [];
  const client = createClient({
    url: `${url}/graphql/stream`,
    retryAttempts: 0,
    headers: { authorization: `Bearer ${token}` },
  });
  let connected = () => {};
  const isOpen = new Promise<void>((resolve) => {
    connected = resolve;
  });
  let outcome: unknown = null;
  const ended = new Promise<void>((resolve) => {
    const end = (error: unknown) => {
      outcome = error;
      resolve();
    };
    client.subscribe(
      { query, variables },
      { next: (answer) => void answers.push(answer), error: end, complete: () => end('complete') },
      { connected },
    );
  });
  return {
    /** Everything that came, errors too. */
    answers,
    /** What came for the field that is named `event`. */
    events: () => answers.flatMap(({ data }) => data?.event ?? []),
    /** Waits until so many answers came. */
    until: (count: number) => eventually(() => answers.length >= count),
    /** Waits until the server has begun to follow; not for ever, since a client whose connection breaks may not tell. */
    open: () => Promise.race([isOpen, ended, delay(PATIENCE_MS)]),
    /** Waits for the end; `complete`, or what went wrong. */
    end: async () => {
      await Promise.race([ended, delay(PATIENCE_MS)]);
      return outcome;
    },
    kill: () => client.dispose(),
  };
}

export type Watcher = ReturnType<typeof watch>;

/** Waits until something holds. @throws Error when it does not in time. */
export async function eventually(holds: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
  for (const patience = Date.now() + patienceMs; !holds(); await delay(5)) {
    if (Date.now() > patience) throw new Error('it did not come to be');
  }
}

/** Asks as any HTTP client would, and reads the whole answer. */
export async function open(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, type: response.headers.get('content-type') ?? '' };
}
