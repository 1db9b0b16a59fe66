import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { type Context, type Route, requireOperation, type Services, type Sessions } from '../../authority/index.js';
import type { Database } from '../../db/open.js';
import { notFound, Refusal, unauthenticated } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { continued, traced } from '../../platform/trace.js';
import type { AdmitAnonymous } from '../guard/anonymous.js';
import { recordDenial } from '../guard/denials.js';
import { paceAnswer } from '../limits/pace.js';
import type { RequestLimits } from '../limits/rate-limits.js';
import { type Leave, leaving } from '../limits/request-end.js';
import type { CutReason, Metrics } from '../metrics/metrics.js';
import { answerPage } from '../pages/page.js';
import type { Pages } from '../pages/pages.js';
import { answerReadiness, type Probe } from '../pages/readiness.js';
import { Arrivals } from './arrivals.js';
import { type BrowserRequests, presentedOn } from './browser-requests.js';
import { LookUps } from './caller-look-ups.js';
import type { ClientAddressOf } from './client-address.js';
import { Connections } from './connections.js';
import { CrossOrigin } from './cross-origin.js';
import { answerGraphql } from './graphql-answer.js';
import type { LargeBodies } from './large-bodies.js';
import { createHttpServer, type HttpServer, type TlsFiles } from './listener.js';
import { answerRefused } from './refused.js';
import { type Authenticate, contextFor } from './request-context.js';
import { Stopping } from './stopping.js';

export interface FrontDoor {
  readonly services: Services;
  /** The policies as declared: which guards what, and what anonymous callers may do. No operator changes these two. */
  readonly policies: PolicyRegistry;
  readonly database: Database;
  readonly graphql: ApolloServer<Context>;
  readonly admitAnonymous: AdmitAnonymous;
  readonly largeBodies: LargeBodies;
  readonly authenticate: Authenticate;
  readonly sessions: Pick<Sessions, 'renew'>;
  readonly browsers: BrowserRequests;
  /** What `/readyz` checks. */
  readonly probes: readonly Probe[];
  readonly routes: readonly Route[];
  readonly pages: Pages;
  readonly limits: RequestLimits;
  readonly metrics: Metrics;
  readonly clientAddressOf: ClientAddressOf;
  /** The origins of pages that may use this server besides its own. */
  readonly allowedOrigins: readonly string[];
  readonly tls?: TlsFiles | undefined;
}

/** The door and the state of the requests in it. */
interface OpenDoor extends FrontDoor {
  readonly lookUps: LookUps;
  readonly arrivals: Arrivals;
  readonly connections: Connections;
  readonly stopping: Stopping;
  readonly crossOrigin: CrossOrigin;
}

export interface Served {
  readonly http: HttpServer;
  readonly stopping: Stopping;
}

export function createFrontDoor(front: FrontDoor): Served {
  const listener: RequestListener = (request, response) => answer(door, request, response);
  const http = createHttpServer(listener, front.tls);
  // The body is requested only after the caller is known.
  http.on('checkContinue', listener);
  const { limits, metrics } = front;
  const { settings } = limits;
  const noteCut = (reason: CutReason) => metrics.cut(reason);
  const peerOf = (socket: IncomingMessage['socket']) => front.clientAddressOf({ socket, headers: {} });
  const connections = new Connections(http, { max: settings.connections, peerOf, noteCut });
  const stopping = new Stopping(http, connections);
  const serving: Probe = {
    name: 'server',
    isNeeded: true,
    look: async () => (stopping.isStopping ? 'it stops' : null),
  };
  const door: OpenDoor = {
    ...front,
    probes: [serving, ...front.probes],
    lookUps: new LookUps(settings.lookUps),
    arrivals: new Arrivals(limits, noteCut),
    connections,
    stopping,
    crossOrigin: new CrossOrigin(
      front.allowedOrigins,
      front.routes.filter(({ forBrowsers }) => !forBrowsers).map(({ method }) => method),
    ),
  };
  metrics.watchDoor(() => ({
    arriving: door.arrivals.load,
    running: limits.load,
    connections: connections.size,
    lookUpsWaiting: door.lookUps.waiting,
  }));
  return { http, stopping };
}

function answer(door: OpenDoor, request: IncomingMessage, response: ServerResponse): void {
  // It came on a connection that was ended already: it cannot be answered, so it must not run.
  if (request.socket.writableEnded) return void request.socket.destroy();
  const requestId = randomUUID();
  response.setHeader('x-request-id', requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  // Clients start streams at this time; Node would send the machine's.
  response.setHeader('date', door.services.clock.now().toUTCString());
  door.crossOrigin.expose(request, response);
  const started = performance.now();
  const leave = leaving(response);
  leave(() => {
    const path = (request.url ?? '').split('?')[0];
    const elapsed = performance.now() - started;
    const status = response.writableFinished ? String(response.statusCode) : 'aborted';
    door.metrics.requested(routeName(door, request.method, path), status, elapsed / 1000);
    const ms = Math.round(elapsed);
    door.services.log.info({ requestId, method: request.method, path, status: response.statusCode, ms }, 'request');
    // Nobody needs the rest of a body whose request is answered.
    if (!request.complete) request.socket?.destroySoon();
  });
  const answered = () => traced('request', () => handle(door, requestId, leave, request, response));
  continued(request.headers, answered).catch((error: unknown) =>
    answerRefused(door, requestId, request, response, error),
  );
}

async function handle(
  door: OpenDoor,
  requestId: string,
  leave: Leave,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  door.connections.occupy(request.socket, response, leave);
  if (door.connections.held) await door.connections.held;
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/healthz') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
  if (path === '/readyz') return answerReadiness(door.probes, response);
  const clientAddress = door.clientAddressOf(request);
  door.limits.admitAddress(clientAddress);
  const route = routeOf(door, request.method, path);
  if (!route?.isStream) {
    paceAnswer(request.socket, response, door.limits.pace, leave, () => door.metrics.cut('answer_unread'));
  }
  if (door.crossOrigin.isPreflight(request)) {
    door.limits.admitStranger(clientAddress);
    return door.crossOrigin.answerPreflight(response);
  }
  const page = door.pages.find(request, path, isRoute(door, path));
  if (page) {
    door.limits.run({ clientAddress, principal: null }, leave);
    return answerPage(page, request, response);
  }
  if (route?.name === 'metrics' && door.metrics.isScraper(request.headers.authorization))
    return door.metrics.answer(response);
  if (path !== '/graphql' && !route) throw notFound('resource');
  await handleAsked(door, { requestId, leave, clientAddress, route, path }, request, response);
}

interface Asked {
  readonly requestId: string;
  readonly leave: Leave;
  readonly clientAddress: string;
  readonly route: Route | undefined;
  readonly path: string;
}

/** A request of the API: who it is from, and whether that caller may be served now. */
async function handleAsked(
  door: OpenDoor,
  { requestId, leave, clientAddress, route, path }: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const presented = presentedOn(door.browsers, route, request, response);
  const context = await contextFor(door, { requestId, clientAddress, leave }, presented);
  if (keepsSession(route) && isAttended(request)) await door.sessions.renew(context);
  // The client went away during the look-up: nobody waits.
  if (response.destroyed) return;
  const caller = { clientAddress, principal: context.actor.principal?.id ?? null };
  if (caller.principal !== null) door.limits.admitPrincipal(caller.principal);
  else door.limits.admitStranger(clientAddress);
  const refuse = (reason: Refusal) => answerRefused(door, requestId, request, response, reason);
  door.arrivals.expect(request, response, caller, leave, refuse);
  const place = leaving(response);
  const run = () => door.limits.run(caller, place);
  if (route) return handleRoute(door, context, route, path, { run, giveBack: place.early }, request, response);
  await answerGraphql(door, context, run, request, response);
}

/** Whether the path is one of the API, whatever the method. */
const isRoute = ({ routes }: FrontDoor, path: string) =>
  path === '/graphql' || routes.some((candidate) => candidate.path.test(path));

/** What a page does by itself keeps no session alive: it listens, and asks how long the session still lasts. */
const keepsSession = (route: Route | undefined) => !route?.isStream && !route?.forBrowsers;

/** What a page reads again without anybody there says so. */
const isAttended = ({ headers }: IncomingMessage) => headers['bailiwick-unattended'] === undefined;

function routeOf({ routes }: FrontDoor, method: string | undefined, path: string): Route | undefined {
  return routes.find((candidate) => candidate.method === method && candidate.path.test(path));
}

/** One of few names: all paths that do not exist share one. */
function routeName(door: FrontDoor, method: string | undefined, path = ''): string {
  if (path === '/graphql' || path === '/healthz' || path === '/readyz') return path.slice(1);
  return routeOf(door, method, path)?.name ?? 'other';
}

async function handleRoute(
  { policies }: FrontDoor,
  context: Context,
  route: Route,
  path: string,
  { run, giveBack }: { readonly run: () => void; readonly giveBack: () => void },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const policy = policies.policyFor(`HTTP.${route.name}`);
  if (!policy) throw notFound('resource');
  if (context.actor.principal === null && route.forBrowsers !== 'logIn') throw unauthenticated();
  try {
    requireOperation(context, policy.name);
    run();
    await route.handle(context, route.path.exec(path)?.[1] ?? '', request, response, giveBack);
  } catch (error) {
    if (error instanceof Refusal)
      await recordDenial(context, [{ extensions: error.extensions, path: ['HTTP', route.name] }]);
    throw error;
  }
}
