import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Route, Sessions, SessionView } from '../../authority/index.js';
import { badInput, UserErrors } from '../../platform/errors.js';
import { BODY_MAX_SMALL, readJson, requireJson } from './body.js';
import type { BrowserRequests } from './browser-requests.js';
import type { ClientAddressOf } from './client-address.js';

const PATH = /^\/session$/;
const LOG_IN = z.strictObject({
  user: z.strictObject({
    name: z.string(),
    domain: z.strictObject({ name: z.string() }).default({ name: 'default' }),
  }),
  password: z.string(),
  newPassword: z.string().nullable().default(null),
});

interface Serving {
  readonly sessions: Sessions;
  readonly browsers: BrowserRequests;
  readonly clientAddressOf: ClientAddressOf;
}

/** Sessions of browsers: log in, ask who one is, log out. */
export function sessionRoutes({ sessions, browsers, clientAddressOf }: Serving): readonly Route[] {
  const open: Route = {
    ...{ name: 'openSession', method: 'POST', path: PATH, forBrowsers: 'logIn' },
    async handle(context, _, request, response) {
      requireJson(request);
      const { user, password, newPassword } = logInOf(await readJson(context, request, BODY_MAX_SMALL));
      const { token, ...view } = await asRefusal(() =>
        sessions.open(context, {
          ...{ user: user.name, domain: user.domain.name, password, newPassword },
          replaced: browsers.cookieOf(request),
          clientAddress: clientAddressOf(request),
          userAgent: request.headers['user-agent'] ?? null,
        }),
      );
      browsers.keep(request, response, token);
      answer(response, view);
    },
  };
  const view: Route = {
    ...{ name: 'session', method: 'GET', path: PATH, forBrowsers: 'session' },
    handle: async (context, _, __, response) => answer(response, sessions.view(context)),
  };
  const close: Route = {
    ...{ name: 'closeSession', method: 'DELETE', path: PATH, forBrowsers: 'session' },
    async handle(context, _, __, response) {
      await sessions.close(context);
      response.writeHead(204).end();
    },
  };
  return [open, view, close];
}

/** @throws Refusal BAD_USER_INPUT that says where the fault is, and nothing of what was sent. */
function logInOf(body: unknown): z.infer<typeof LOG_IN> {
  const parsed = LOG_IN.safeParse(body);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') || 'the body';
  throw badInput(`A log-in is {"user": {"name", "domain": {"name"}}, "password", "newPassword"}; look at ${place}.`);
}

/** What a caller can correct is data in GraphQL; here it is the refusal. */
async function asRefusal<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserErrors) throw badInput(error.message);
    throw error;
  }
}

function answer(response: ServerResponse, { expiresAt, idleExpiresAt, user }: SessionView): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ expiresAt, idleExpiresAt, user }));
}
