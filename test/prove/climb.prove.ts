import { expect, test } from 'vitest';
import { listHeldBy } from '../../src/identity/assignments/index.js';
import { readRoleGraph } from '../../src/identity/roles/index.js';
import { asId } from '../harness/ids.js';
import { type RoleName, startTestServer, type TestServer } from '../harness/server.js';
import { brokenInFleet, saidOfFleet } from './climb-fleet.js';
import { type ClimbWorld, makeClimbWorld } from './climb-world.js';
import { type Random, Tally, walk } from './walk.js';
import { wander } from './wander.js';

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

test('refused: whatever a confined principal does, it and all it gets hold of stay in what it held, and nodes stay the system’s', async () => {
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

/** One persona in a world of its own. */
async function climb(server: TestServer, index: number, random: Random, tally: Tally): Promise<void> {
  const persona = PERSONAS[index % PERSONAS.length];
  if (persona === undefined) throw new Error('there is no such persona');
  const world = await makeClimbWorld(server);
  const { userId } = await server.token({
    scope: world.scopes[persona.at],
    role: persona.role,
    homeDomainId: world.home,
  });
  const fleet = await saidOfFleet(server);
  const controlled = await wander(server, world, userId, STEPS, random, tally);
  const story = `${persona.role} of ${persona.at}`;
  if (persona.at !== 'system') expect(await saidOfFleet(server), story).toEqual(fleet);
  expect(await brokenInFleet(server), story).toEqual([]);
  for (const id of controlled) expect(await outside(server, world, persona, id), story).toEqual([]);
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
  const held = graph.namesOf(asId(own?.id ?? ''));
  const found: string[] = [];
  for (const row of await listHeldBy(services.db, asId(userId))) {
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
