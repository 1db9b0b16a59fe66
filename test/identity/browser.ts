import { request } from 'node:http';
import type { TestServer } from '../harness/server.js';

/** What a page of the server sends besides the cookie. */
export const OWN_PAGE = { 'sec-fetch-site': 'same-origin', 'bailiwick-csrf': '1' };

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads out of an answer is what it asserts.
  readonly body: any;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** Sends a request as it is; `fetch` does not let a script write the headers that a browser writes. */
export function send(
  { url }: Pick<TestServer, 'url'>,
  path: string,
  { method = 'GET', headers, body }: Sent,
): Promise<Got> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const given = Object.entries({
    ...(text !== '' && { 'content-type': 'application/json', 'content-length': String(text.length) }),
    ...headers,
  }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new Promise((resolve, reject) => {
    const asked = request(
      url + path,
      { method, headers: Object.fromEntries(given), agent: false },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const answer = Buffer.concat(chunks).toString();
        const isJson = String(response.headers['content-type']).includes('json');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: isJson ? JSON.parse(answer) : answer,
        });
      },
    );
    asked.on('error', reject);
    asked.end(text);
  });
}

/** The name and value of the cookie that an answer sets. */
export const cookieIn = ({ headers }: Got): string => String(headers['set-cookie']).split(';')[0] ?? '';

export const reasonOf = ({ body }: Got): string | undefined => body.errors?.[0]?.extensions?.reason;

/** A browser whose page the server's own is. */
export function browserOf(server: Pick<TestServer, 'url'>) {
  const own = { ...OWN_PAGE, origin: server.url };
  return {
    logIn: (name: string, password: string, more: { cookie?: string; headers?: Sent['headers']; body?: object } = {}) =>
      send(server, '/session', {
        method: 'POST',
        headers: { ...own, cookie: more.cookie, ...more.headers },
        body: { user: { name, domain: { name: 'tenant' } }, password, ...more.body },
      }),
    session: (cookie: string, headers: Sent['headers'] = {}) =>
      send(server, '/session', { headers: { ...OWN_PAGE, cookie, ...headers } }),
    logOut: (cookie: string) => send(server, '/session', { method: 'DELETE', headers: { ...own, cookie } }),
    graphql: (cookie: string, query: string, variables: object = {}, headers: Sent['headers'] = {}) =>
      send(server, '/graphql', { method: 'POST', headers: { ...own, cookie, ...headers }, body: { query, variables } }),
  };
}
