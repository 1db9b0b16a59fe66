import { newId } from '../../../../src/platform/ids.js';
import type { Attempt, Attempts } from '../fixture.js';
import { OWNERS, type World } from '../world.js';

const tpmPolicy = `{"0": ["${'1'.repeat(64)}"]}`;

/** A list of each owner, and one that an agent is bound to. */
function onLists({ rows, owners, projects: { own } }: World, extra: object = {}): Attempt[] {
  const followed = async () => {
    const list = await rows.allowlist(own);
    await rows.agent(own, 'PENDING', { allowlistId: list.allowlist.id });
    return { ...list, ...extra };
  };
  const each = OWNERS.map((target) => {
    return { target, input: async () => ({ ...(await rows.allowlist(owners[target])), ...extra }) };
  });
  return [...each, { target: 'own, an agent is bound to it', input: followed }];
}

export const ALLOWLIST_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createAllowlist: () => [{ target: 'in the token’s scope', input: () => ({ name: newId('Allowlist'), tpmPolicy }) }],
  updateAllowlist: (world) => onLists(world, { description: 'another' }),
  publishAllowlistRevision: (world) => onLists(world, { tpmPolicy }),
  deleteAllowlist: (world) => onLists(world),
};
