import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import {
  type Asker,
  anonymous,
  type Context,
  type Route,
  requireOperation,
  requireSoundClock,
  type Services,
} from '../authority/index.js';
import type { Database, Tx } from '../db/open.js';
import { describeSkew, isSkewed } from '../platform/clock.js';
import { HTTP_STATUS, notFound, Refusal, unauthenticated } from '../platform/errors.js';
import type { PolicyRegistry } from '../platform/policy/index.js';
import { continued, traced } from '../platform/trace.js';
import type { AdmitAnonymous } from './anonymous.js';
import { BODY_MAX, BODY_MAX_ANONYMOUS, isJson, readJson, refuseMediaType } from './body.js';
import { recordDenial } from './denials.js';
import { answerPage, type Page } from './graphiql.js';
import { type Leave, leaving } from './leaving.js';
import { createHttpServer, type HttpServer, type TlsFiles } from './listener.js';
import { refusalFor } from './mask.js';
import type { Metrics } from './metrics.js';
import type { RequestLimits } from './rate-limits.js';
import { type Shown, shownIn } from './shown.js';
import type { SourceOf } from './source.js';

/** Proves who sends what is shown, and reads what that is judged by; from a database or inside a transaction. */
export type Authenticate = (db: Tx, shown: Shown) => Promise<Asker>;

export interface FrontDoor {
  readonly services: Services;
  /** The policies as declared: which guards what, and what anonymous callers may, which no operator changes. */
  readonly policies: PolicyRegistry;
  readonly database: Database;
  readonly graphql: ApolloServer<Context>;
  readonly admitAnonymous: AdmitAnonymous;
  readonly authenticate: Authenticate;
  readonly routes: readonly Route[];
  /** Open files by path; a page that carries no data. */
  readonly pages: ReadonlyMap<string, Page>;
  readonly limits: RequestLimits;
  readonly metrics: Metrics;
  readonly sourceOf: SourceOf;
  readonly tls?: TlsFiles | undefined;
}

export function createFrontDoor(door: FrontDoor): HttpServer {
  return createHttpServer((request, response) => {
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-content-type-options', 'nosniff');
    // Clients begin to watch where it says; Node would tell the machine's.
    response.setHeader('date', door.services.clock.now().toUTCString());
    const started = performance.now();
    const leave = leaving(response);
    leave(() => {
      const path = (request.url ?? '').split('?')[0];
      const elapsed = performance.now() - started;
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      door.metrics.requested(routeName(door, request.method, path), status, elapsed / 1000);
      const ms = Math.round(elapsed);
      door.services.log.info({ requestId, method: request.method, path, status: response.statusCode, ms }, 'request');
    });
    const answered = () => traced('request', () => handle(door, requestId, leave, request, response));
    continued(request.headers, answered).catch((error: unknown) => answerError(door, requestId, response, error));
  }, door.tls);
}

async function handle(
  door: FrontDoor,
  requestId: string,
  leave: Leave,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/healthz') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
  const source = door.sourceOf(request);
  door.limits.admitSource(source, leave);
  if (path === '/readyz') return ready(door, response);
  const page = request.method === 'GET' || request.method === 'HEAD' ? door.pages.get(path) : undefined;
  if (page) return answerPage(page, request, response);
  const route = routeOf(door, request.method, path);
  if (route?.name === 'metrics' && door.metrics.isScraper(request.headers.authorization))
    return door.metrics.answer(response);
  if (path !== '/graphql' && !route) throw notFound('resource');
  const context = await contextFor(door, requestId, source, request);
  if (context.actor.principal) door.limits.admitPrincipal(context.actor.principal.id, leave);
  if (route) return handleRoute(door, context, route, path, request, response);
  await answerGraphql(door, context, request, response);
}

function routeOf({ routes }: FrontDoor, method: string | undefined, path: string): Route | undefined {
  return routes.find((candidate) => candidate.method === method && candidate.path.test(path));
}

/** One of few names: what callers ask for without finding it is all one. */
function routeName(door: FrontDoor, method: string | undefined, path = ''): string {
  if (path === '/graphql' || path === '/healthz' || path === '/readyz') return path.slice(1);
  return routeOf(door, method, path)?.name ?? 'other';
}

async function ready({ database, services }: FrontDoor, response: ServerResponse): Promise<void> {
  await database.ping();
  requireSoundClock(services);
  const skewMs = services.clock.skewMs?.() ?? 0;
  const detail = isSkewed(skewMs) ? `clock ${describeSkew(skewMs)}\n` : '';
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`ready\n${detail}`);
}

/** Who asks is settled before anything of the request is read. A credential that does not count is never anonymous. */
async function contextFor(
  door: FrontDoor,
  requestId: string,
  source: string,
  request: IncomingMessage,
): Promise<Context> {
  const shown = shownIn(request.headers.authorization);
  const stranger = { actor: anonymous, policies: door.policies, candidate: null };
  const asker = shown === null ? stranger : await traced('authenticate', () => authenticated(door, source, shown));
  const reauthenticate = async (tx: Tx) => (shown === null ? stranger : door.authenticate(tx, shown));
  const attemptLogIn = (user: string) => door.limits.attemptLogIn(source, user);
  return { ...door.services, ...asker, requestId, reauthenticate, attemptLogIn };
}

/** A wrong key counts as a wrong password does; the right one never waits for what others tried. */
async function authenticated(door: FrontDoor, source: string, shown: Shown): Promise<Asker> {
  try {
    return await door.authenticate(door.services.db, shown);
  } catch (error) {
    if (shown.kind === 'credential' && error instanceof Refusal) door.limits.attemptLogIn(source, shown.id);
    throw error;
  }
}

async function handleRoute(
  { policies }: FrontDoor,
  context: Context,
  route: Route,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const policy = policies.policyFor(`HTTP.${route.name}`);
  if (!policy) throw notFound('resource');
  if (context.actor.principal === null) throw unauthenticated();
  try {
    requireOperation(context, policy.name);
    await route.handle(context, route.path.exec(path)?.[1] ?? '', request, response);
  } catch (error) {
    if (error instanceof Refusal)
      await recordDenial(context, [{ extensions: error.extensions, path: ['HTTP', route.name] }]);
    throw error;
  }
}

async function answerGraphql(
  door: FrontDoor,
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  if (method === 'POST' && !isJson(request)) return refuseMediaType(response);
  const isAnonymous = context.actor.principal === null;
  const body = method === 'POST' ? await readJson(request, isAnonymous ? BODY_MAX_ANONYMOUS : BODY_MAX) : '';
  const { search, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (isAnonymous) door.admitAnonymous(method === 'POST' ? body : Object.fromEntries(searchParams));
  const headerMap = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) headerMap.set(name, String(value));
  const result = await door.graphql.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headerMap, search, body },
    context: async () => context,
  });
  for (const [name, value] of result.headers) response.setHeader(name, value);
  response.statusCode = result.status ?? 200;
  if (result.body.kind === 'complete') response.end(result.body.string);
  else response.end();
}

function answerError({ services }: FrontDoor, requestId: string, response: ServerResponse, error: unknown): void {
  const refusal = refusalFor(error, services.log, requestId);
  if (response.headersSent) return void response.destroy();
  const { retryAfterSeconds } = refusal.extensions;
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  const extensions = { ...refusal.extensions, requestId };
  response.writeHead(HTTP_STATUS[refusal.code], {
    'content-type': 'application/json; charset=utf-8',
    connection: 'close',
  });
  response.end(JSON.stringify({ errors: [{ message: refusal.message, extensions }] }));
}
