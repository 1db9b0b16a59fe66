import type { AddressInfo } from 'node:net';
import { extendSchema, isObjectType, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allPolicies } from '../../src/app.js';
import type { Route } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { authenticate } from '../../src/identity/index.js';
import { createGraphql } from '../../src/server/graphql/apollo.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { anonymousAdmission } from '../../src/server/guard/anonymous.js';
import { enforce } from '../../src/server/guard/enforce.js';
import { BrowserRequests } from '../../src/server/http/browser-requests.js';
import { clientAddressReader } from '../../src/server/http/client-address.js';
import { createFrontDoor } from '../../src/server/http/front-door.js';
import { LargeBodies } from '../../src/server/http/large-bodies.js';
import { NO_LIMITS, RequestLimits } from '../../src/server/limits/rate-limits.js';
import { Pages } from '../../src/server/pages/pages.js';
import { idleMetrics } from '../harness/idle-metrics.js';
import { client, codeOf, startTestServer, type TestServer } from '../harness/server.js';

/** What a careless change would add, each part answering a secret to whoever reaches it. */
const CARELESS = 'type Loophole { secret: String } extend type Query { text: String, loophole: Loophole }';
const SECRET = 'not for anybody';

let server: TestServer;
let careless: Awaited<ReturnType<typeof carelessServer>>;
let admin: string;
beforeAll(async () => {
  server = await startTestServer();
  careless = await carelessServer(server);
  const scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
}, 60_000);
afterAll(async () => {
  await careless.close();
  await server.close();
});

/** A second server on the same database, in which the checks that would have stopped the start are left out. */
async function carelessServer({ services, database }: TestServer) {
  const policies = allPolicies();
  const schema = extendSchema(buildSchema(DOMAINS, policies), parse(CARELESS));
  fieldOf('Query', 'text').resolve = () => SECRET;
  fieldOf('Query', 'loophole').resolve = () => ({ secret: SECRET });
  // Claimed apart from its type; without its resolver graphql would read it off the row.
  fieldOf('AllowlistRevision', 'tpmPolicy').resolve = undefined;
  function fieldOf(type: string, name: string) {
    const parent = schema.getType(type);
    const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
    if (!field) throw new Error(`there is no field ${type}.${name}`);
    return field;
  }
  const route: Route = {
    name: 'loophole',
    method: 'GET',
    path: /^\/loophole$/,
    handle: async (_context, _parameter, _request, response) => void response.end(SECRET),
  };
  const guarded = enforce(schema, policies);
  const graphql = createGraphql(guarded, services.log);
  await graphql.start();
  const clientAddressOf = clientAddressReader([]);
  const { http } = createFrontDoor({
    services,
    policies,
    database,
    graphql,
    pages: new Pages({}),
    browsers: new BrowserRequests({ publicUrl: null, hasTls: false, clientAddressOf, log: services.log }),
    sessions: { renew: async () => {} },
    metrics: idleMetrics(),
    limits: new RequestLimits(NO_LIMITS, services.clock),
    clientAddressOf,
    probes: [],
    admitAnonymous: anonymousAdmission(schema, policies),
    allowedOrigins: [],
    largeBodies: new LargeBodies(guarded),
    routes: [...DOMAINS.flatMap((domain) => domain.routes ?? []), route],
    authenticate: async (db, shown) => {
      const actor = await authenticate(db, database, shown.kind === 'token' ? shown.token : '', services.clock.now());
      return { actor, policies, candidate: null };
    },
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const close = async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await graphql.stop();
  };
  return { url, close, ...client(url) };
}

test('forbidden: a field that no policy claims, whoever asks, and its siblings are answered', async () => {
  const answer = await careless.graphql('{ text viewer { __typename } }', {}, admin);
  expect(answer.body.data).toEqual({ text: null, viewer: { __typename: 'Viewer' } });
  expect(codeOf(answer)).toBe('FORBIDDEN');
  expect(codeOf(await careless.graphql('{ text }'))).toBe('UNAUTHENTICATED');
});

test('forbidden: a type that no policy claims, from the field that leads to it', async () => {
  const answer = await careless.graphql('{ loophole { secret } }', {}, admin);
  expect([answer.body.data.loophole, codeOf(answer)]).toEqual([null, 'FORBIDDEN']);
  expect(answer.comparable).not.toContain(SECRET);
});

test('forbidden: a field claimed apart that would be read off the row, to one who may read it elsewhere', async () => {
  const create = `mutation ($input: CreateAllowlistInput!) {
    createAllowlist(input: $input) { allowlist { currentRevision { number tpmPolicy } } userErrors { message } } }`;
  const input = (name: string) => ({ input: { name, tpmPolicy: JSON.stringify({ 7: ['a'.repeat(64)] }) } });
  const served = await server.graphql(create, input('served'), admin);
  expect(served.body.data.createAllowlist.allowlist.currentRevision.tpmPolicy).toContain('aaaa');
  const answer = await careless.graphql(create, input('careless'), admin);
  expect(answer.body.data.createAllowlist.allowlist.currentRevision).toEqual({ number: 1, tpmPolicy: null });
  expect(codeOf(answer)).toBe('FORBIDDEN');
});

test('hidden: a route that no policy claims answers as one that never was', async () => {
  const answerOf = async (path: string, token?: string) => {
    const init = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
    const response = await fetch(`${careless.url}${path}`, init);
    return `${response.status} ${(await response.text()).replace(/"requestId":"[^"]*"/, '')}`;
  };
  for (const token of [undefined, admin]) {
    const answer = await answerOf('/loophole', token);
    expect(answer).toMatch(/^404 .*NOT_FOUND/);
    expect(answer).toBe(await answerOf('/missing', token));
  }
});
