import { readSet } from '../../../../src/identity/overrides/in-force.js';
import { endCandidate, findNumbers, insert } from '../../../../src/identity/overrides/repository.js';
import { asIds } from '../../../harness/ids.js';
import type { Attempt, Attempts, Thing, Things } from '../fixture.js';
import type { World } from '../world.js';

const inForce = async ({ server }: World) => (await findNumbers(server.services.db)).inForce;

/** An override that decides as what is declared does, so that whoever is allowed changes nothing for who is asked later. */
const AS_DECLARED = [{ name: 'domain:create', check: 'role:admin' }];

/** Another set than the one in force. */
const otherSet = (world: World) => async (): Promise<object> => {
  const baseRevision = await inForce(world);
  const set = await readSet(world.server.services.db, baseRevision);
  return { overrides: set?.entries.length === 0 ? AS_DECLARED : [], baseRevision };
};

function one(input: Attempt['input']): readonly Attempt[] {
  return [{ target: 'of the system', input }];
}

export const OVERRIDE_MUTATIONS: Readonly<Record<string, Attempts>> = {
  setPolicyOverrides: (world) => one(otherSet(world)),
  rollbackPolicyOverrides: (world) =>
    one(async () => ({ revision: 0, baseRevision: await revision(world, false, AS_DECLARED) })),
  setPolicyCandidate: (world) =>
    one(async () => {
      await withoutCandidate(world);
      return { overrides: [] };
    }),
  deletePolicyCandidate: (world) =>
    one(async () => {
      await withoutCandidate(world);
      await revision(world, true);
      return { reason: 'done' };
    }),
};

const withoutCandidate = ({ server: { services } }: World) =>
  services.db.transaction((tx) => endCandidate(tx, services.clock.now()));

/** A revision by a user of *home*. */
async function revision(
  { server, users, rows }: World,
  isCandidate: boolean,
  entries: typeof AS_DECLARED = [],
): Promise<number> {
  const { createdAt } = rows;
  const row = {
    isCandidate,
    enforceNewDefaults: true,
    userId: users.home,
    reason: null,
    rolledBackTo: null,
    createdAt,
  };
  return (await server.services.db.transaction((tx) => insert(tx, asIds(row), entries))).number;
}

export async function overrideThings(world: World): Promise<Things> {
  const id = String(await revision(world, false));
  const links = { user: world.users.home };
  const any: Thing = { name: 'any', id, links };
  const candidate = String(await revision(world, true));
  return {
    PolicyRevision: [any],
    PolicyCandidate: [{ name: 'any', id: candidate }],
    PolicyPreview: [{ name: 'any', id: 'preview' }],
  };
}
