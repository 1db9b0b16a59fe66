import { afterAll, beforeAll, expect, test } from 'vitest';
import { domains } from '../../src/identity/domains/tables.js';
import { projects } from '../../src/identity/projects/tables.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { makePersonas, type Persona } from './personas/personas.js';
import { makeWorld } from './personas/world.js';

const SCOPES = '{ viewer { scopes(first: 200) { nodes { type domainId projectId roles } } } }';
const ISSUE = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';
const ROLES = '{ viewer { roles } }';

let server: TestServer;
let personas: Persona[];
/** Every scope that exists, as an input names it. */
let all: { readonly ref: object; readonly key: string }[];
beforeAll(async () => {
  server = await startTestServer();
  personas = await makePersonas(await makeWorld(server));
  const { db } = server.services;
  all = [
    { ref: { system: true }, key: 'SYSTEM' },
    ...(await db.select().from(domains)).map(({ id }) => ({ ref: { domain: { id } }, key: id })),
    ...(await db.select().from(projects)).map(({ id }) => ({ ref: { project: { id } }, key: id })),
  ];
}, 120_000);
afterAll(() => server.close());

const keyOf = ({ projectId, domainId, type }: Json): string => projectId ?? domainId ?? type;

/** The roles of a token of each scope for which one is issued to a persona. */
async function accepted({ token }: Persona): Promise<Map<string, Json>> {
  const found = new Map<string, Json>();
  for (const { ref, key } of all) {
    const input = { proof: { token: token ?? '' }, scope: ref };
    const issued = (await server.graphql(ISSUE, { input })).body.data?.issueToken?.token;
    if (issued) found.set(key, (await server.graphql(ROLES, {}, issued)).body.data.viewer.roles);
  }
  return found;
}

test('ok: every persona is told the scopes for which a token is issued to it, with the roles of that token, and no other', async () => {
  const counts: Record<string, number> = {};
  for (const persona of personas) {
    const told: Json[] = (await server.graphql(SCOPES, {}, persona.token)).body.data?.viewer?.scopes.nodes ?? [];
    // An API credential may be limited to other policies than reading the viewer.
    if (persona.isListed) expect(told, persona.name).toEqual([]);
    else expect(new Map(told.map((one) => [keyOf(one), one.roles])), persona.name).toEqual(await accepted(persona));
    counts[persona.name] = told.length;
  }
  expect(counts).toMatchObject({
    'system admin': 1,
    'domain reader': 1,
    'project, no role': 0,
    agent: 0,
    anonymous: 0,
  });
}, 300_000);

test('ok: an unscoped token of each persona is told all that its user holds', async () => {
  const users = personas.filter(({ principal, isListed }) => principal?.kind === 'user' && !isListed);
  for (const persona of users) {
    const { token } = await server.token({ scope: { type: 'unscoped' }, userId: persona.principal?.id ?? '' });
    const told: Json[] = (await server.graphql(SCOPES, {}, token)).body.data.viewer.scopes.nodes;
    const whole = { ...persona, token };
    expect(new Map(told.map((one) => [keyOf(one), one.roles])), persona.name).toEqual(await accepted(whole));
  }
}, 300_000);
