import { findNumbers, insert } from '../../../src/identity/overrides/repository.js';
import type { Attempt, Attempts } from './doing.js';
import type { Thing, Things } from './things.js';
import type { World } from './world.js';

const inForce = async ({ server }: World) => (await findNumbers(server.services.db)).inForce;

/** A set without overrides, so that whoever is allowed changes nothing for those who are asked later. */
const emptySet = (world: World) => async (): Promise<object> => ({ overrides: [], baseRevision: await inForce(world) });

function one(input: Attempt['input']): readonly Attempt[] {
  return [{ target: 'of the system', input }];
}

export const OVERRIDE_MUTATIONS: Readonly<Record<string, Attempts>> = {
  setPolicyOverrides: (world) => one(emptySet(world)),
  rollbackPolicyOverrides: (world) => one(async () => ({ revision: 0, baseRevision: await inForce(world) })),
  setPolicyCandidate: () => one(() => ({ overrides: [] })),
  deletePolicyCandidate: (world) =>
    one(async () => {
      await revision(world, true);
      return { reason: 'done' };
    }),
};

/** A revision by a user of *home*, without overrides. */
async function revision({ server, users, rows }: World, isCandidate: boolean): Promise<number> {
  const { createdAt } = rows;
  const row = {
    isCandidate,
    enforceNewDefaults: true,
    userId: users.home,
    reason: null,
    rolledBackTo: null,
    createdAt,
  };
  return (await insert(server.services.db, row, [])).number;
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
