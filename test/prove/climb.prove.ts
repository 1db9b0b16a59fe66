import { expect, test } from 'vitest';
import { listHeldBy } from '../../src/identity/assignments/index.js';
import { readRoleGraph } from '../../src/identity/roles/index.js';
import { type Json, type RoleName, startTestServer, type TestServer } from '../harness/server.js';
import { type ClimbWorld, makeClimbWorld, scopesOf } from './climb-world.js';
import { mutationsOf, randomMutation } from './random-input.js';
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

/** One persona in a world of its own, with everybody whose password it ever chose. */
async function climb(server: TestServer, index: number, random: Random, tally: Tally): Promise<void> {
  const persona = PERSONAS[index % PERSONAS.length];
  if (persona === undefined) throw new Error('there is no such persona');
  const world = await makeClimbWorld(server);
  const scope = world.scopes[persona.at];
  const { userId } = await server.token({ scope, role: persona.role, homeDomainId: world.home });
  const controlled = new Set([userId]);
  const mutations = mutationsOf();
  for (let step = 0; step < STEPS; step += 1) {
    const who = random.chance(0.6) ? userId : random.pick([...controlled]);
    const where = await scopesOf(server, world, who);
    if (where.length === 0) continue;
    const { token } = await server.token({ scope: random.pick(where), userId: who });
    const mutation = random.pick(mutations);
    // A password takes a third of a second, and ending tokens leads nowhere.
    if (/user|password|revokeToken/i.test(mutation.name) && random.chance(0.7)) continue;
    const { query, input, ids } = randomMutation(mutation, await world.pool(), random);
    const { body } = await server.graphql(query, { input }, token);
    const payload = body.data?.[mutation.name];
    const refused = body.errors?.[0]?.extensions.code ?? payload?.userErrors[0]?.code;
    tally.add(refused ?? 'accepted');
    if (refused !== undefined) continue;
    tally.add(`accepted: ${mutation.name}`);
    for (const id of got(mutation.name, payload, ids)) controlled.add(id);
  }
  const story = `${persona.role} of ${persona.at}`;
  for (const id of controlled) expect(await outside(server, world, persona, id), story).toEqual([]);
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
