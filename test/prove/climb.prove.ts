import { expect, test } from 'vitest';
import { listHeldBy } from '../../src/identity/assignments/index.js';
import { readRoleGraph } from '../../src/identity/roles/index.js';
import { type Json, type RoleName, startTestServer, type TestScope, type TestServer } from '../harness/server.js';
import { type ClimbWorld, makeClimbWorld, scopesOf } from './climb-world.js';
import { type Attempt, attempts, randomMutation } from './random-input.js';
import { type Random, Tally, walk } from './walk.js';

const WALKS = 240;
const STEPS = 60;

/** Whoever does not administer the system already. */
const PERSONAS: readonly { readonly at: 'system' | 'home' | 'own'; readonly role: RoleName }[] = [
  { at: 'system', role: 'manager' },
  { at: 'system', role: 'member' },
  { at: 'system', role: 'reader' },
  { at: 'home', role: 'admin' },
  { at: 'home', role: 'admin' },
  { at: 'home', role: 'manager' },
  { at: 'home', role: 'manager' },
  { at: 'home', role: 'member' },
  { at: 'own', role: 'admin' },
  { at: 'own', role: 'manager' },
  { at: 'own', role: 'member' },
  { at: 'own', role: 'service' },
];

test('refused: whatever a confined principal does, it and all it gets hold of stay in what it held', async () => {
  const server = await startTestServer();
  const tally = new Tally('climb');
  try {
    const steps = await walk(WALKS, (random, index) => climb(server, index, random, tally));
    tally.print(steps * STEPS);
    expect(tally.of('accepted')).toBeGreaterThan(steps);
  } finally {
    await server.close();
  }
});

/** Each as often as it may lead somewhere. */
const ATTEMPTS = attempts().flatMap((attempt) => Array(oftenness(attempt.field.name)).fill(attempt) as Attempt[]);

function oftenness(name: string): number {
  if (/^(revokeTokens?|.*ApiCredential)$/.test(name)) return 1;
  return /^(grantRole|createRole|addImpliedRole|addGroupMember|setUserPassword)$/.test(name) ? 12 : 3;
}

/** One persona in a world of its own, with everybody whose password it ever chose, and with every key that it made. */
async function climb(server: TestServer, index: number, random: Random, tally: Tally): Promise<void> {
  const persona = PERSONAS[index % PERSONAS.length];
  if (persona === undefined) throw new Error('there is no such persona');
  const world = await makeClimbWorld(server);
  const { userId } = await server.token({
    scope: world.scopes[persona.at],
    role: persona.role,
    homeDomainId: world.home,
  });
  const controlled = new Set([userId]);
  const keys: string[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const who = random.chance(0.6) ? userId : random.pick([...controlled]);
    const where = await scopesOf(server, world, who);
    if (where.length === 0) continue;
    const scope = random.pick(where);
    const { token } = await server.token({ scope, userId: who });
    const authorization = keys.length > 0 && random.chance(0.1) ? random.pick(keys) : `Bearer ${token}`;
    const { field } = random.pick(ATTEMPTS.filter(({ scopeTypes }) => isFor(scopeTypes, scope) || random.chance(0.1)));
    const { query, input, ids } = randomMutation(field, await world.pool(), random);
    const body = await send(server.url, authorization, { query, variables: { input } });
    const payload = accepted(field.name, body, tally);
    if (payload === null) continue;
    for (const id of got(field.name, payload, ids)) controlled.add(id);
    if (payload.key) keys.push(`Basic ${Buffer.from(`${payload.apiCredential.id}:${payload.key}`).toString('base64')}`);
  }
  const story = `${persona.role} of ${persona.at}`;
  for (const id of controlled) expect(await outside(server, world, persona, id), story).toEqual([]);
}

/** The payload of what was done; null for what was refused. */
function accepted(name: string, { data, errors }: Json, tally: Tally): Json {
  const payload = data?.[name];
  const refused = errors?.[0]?.extensions.code ?? payload?.userErrors[0]?.code;
  tally.add(refused ?? 'accepted');
  if (refused === undefined) tally.add(`accepted: ${name}`);
  return refused === undefined ? payload : null;
}

const isFor = (scopeTypes: Attempt['scopeTypes'], scope: TestScope) =>
  scopeTypes === 'authenticated' || scopeTypes.includes(scope.type);

async function send(url: string, authorization: string, body: object): Promise<Json> {
  const headers = { authorization, 'content-type': 'application/json' };
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

/** The users that an accepted mutation gives its caller: whose password it chose. */
function got(mutation: string, payload: Json, ids: readonly string[]): readonly string[] {
  if (mutation === 'createUser') return [payload.user.id];
  return /password/i.test(mutation) ? ids.filter((id) => id.startsWith('usr_')) : [];
}

/** The roles of a user that lie outside what the persona held at first, those included that begin later. */
async function outside(
  { services }: TestServer,
  world: ClimbWorld,
  persona: (typeof PERSONAS)[number],
  userId: string,
): Promise<string[]> {
  const graph = await readRoleGraph(services.db);
  const own = graph.all.find(({ name, domainId }) => name === persona.role && domainId === null);
  const held = graph.namesOf(own?.id ?? '');
  const found: string[] = [];
  for (const row of await listHeldBy(services.db, userId)) {
    const isContained =
      persona.at === 'system' ||
      (persona.at === 'home' && row.domainId === world.home) ||
      (persona.at === 'own' && row.projectId !== null && world.ownProjects.includes(row.projectId));
    for (const role of graph.closure(row.roleId)) {
      if (role.domainId !== null) continue;
      const isOpen = held.includes('admin') && (role.name === 'service' || (!role.isImmutable && !role.isSystemOnly));
      if (!isContained || !(held.includes(role.name) || isOpen))
        found.push(`${role.name} on ${row.scopeType} ${row.projectId ?? row.domainId ?? ''}`);
    }
  }
  return found;
}
