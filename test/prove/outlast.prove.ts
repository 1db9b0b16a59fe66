import { eq, inArray } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { listHeldBy } from '../../src/identity/assignments/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { readRoleGraph } from '../../src/identity/roles/index.js';
import { users } from '../../src/identity/users/tables.js';
import { asId, asIds } from '../harness/ids.js';
import { type RoleName, startTestServer, type TestServer } from '../harness/server.js';
import { type ClimbWorld, makeClimbWorld } from './climb-world.js';
import { type Random, Tally, walk } from './walk.js';
import { wander } from './wander.js';

const WALKS = 160;
const STEPS = 60;
/** When a persona's role ends; random ends lie on both sides. */
const MINUTES = 60;

/** Whose role ends, and what it holds beside that without an end. */
const PERSONAS: readonly { readonly at: 'system' | 'home'; readonly role: RoleName; readonly lasting?: RoleName }[] = [
  { at: 'home', role: 'admin' },
  { at: 'home', role: 'manager' },
  { at: 'home', role: 'admin', lasting: 'reader' },
  { at: 'home', role: 'admin', lasting: 'manager' },
  { at: 'system', role: 'admin' },
  { at: 'system', role: 'admin', lasting: 'manager' },
];

test('refused: whatever somebody gives, by whichever way, nobody has it for longer than it holds itself', async () => {
  const server = await startTestServer();
  const tally = new Tally('outlast');
  try {
    const walks = await walk(WALKS, (random, index) => outlast(server, index, random, tally));
    tally.print(walks * STEPS);
    expect(tally.of('accepted')).toBeGreaterThan(walks);
    expect(tally.of('accepted: grantRole')).toBeGreaterThan(0);
  } finally {
    await server.close();
  }
});

async function outlast(server: TestServer, index: number, random: Random, tally: Tally): Promise<void> {
  const persona = PERSONAS[index % PERSONAS.length];
  if (persona === undefined) throw new Error('there is no such persona');
  const { db } = server.services;
  const world = await makeClimbWorld(server);
  const scope = world.scopes[persona.at];
  const { userId } = await server.token({ scope, role: persona.role, homeDomainId: world.home });
  const end = new Date(Date.now() + MINUTES * 60_000);
  await db
    .update(roleAssignments)
    .set({ expiresAt: end })
    .where(eq(roleAssignments.userId, asId(userId)));
  if (persona.lasting) await server.assign(userId, persona.lasting, scope);
  const before = await lastingBeyond(server, world, end);
  await wander(server, world, userId, STEPS, random, tally);
  const open = new Set(await namesOf(server, persona.lasting));
  const gained = [...(await lastingBeyond(server, world, end))].filter(
    ([what, role]) => !before.has(what) && !open.has(role),
  );
  expect(gained, `${persona.role} of ${persona.at}, ${persona.lasting ?? 'nothing'} without end`).toEqual([]);
}

/** What each user of the two tenants holds beyond a time, with the role's name. */
async function lastingBeyond(
  { services: { db } }: TestServer,
  { scopes: { home, away } }: ClimbWorld,
  end: Date,
): Promise<ReadonlyMap<string, string>> {
  const graph = await readRoleGraph(db);
  const tenants = [home, away].flatMap((scope) => ('domainId' in scope ? [scope.domainId] : []));
  const people = await db
    .select({ id: users.id })
    .from(users)
    .where(inArray(users.domainId, asIds(tenants)));
  const lasting = new Map<string, string>();
  for (const { id } of people) {
    for (const row of await listHeldBy(db, id)) {
      if (row.expiresAt !== null && row.expiresAt <= end) continue;
      for (const name of graph.namesOf(row.roleId))
        lasting.set(`${id}: ${name} on ${row.scopeType} ${row.projectId ?? row.domainId ?? ''}`, name);
    }
  }
  return lasting;
}

async function namesOf({ services: { db } }: TestServer, role: RoleName | undefined): Promise<readonly string[]> {
  const graph = await readRoleGraph(db);
  const found = graph.all.find(({ name, domainId }) => name === role && domainId === null);
  return found ? graph.namesOf(found.id) : [];
}
