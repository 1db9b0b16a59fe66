import { newId } from '../../../src/platform/ids.js';
import type { Attempt, Attempts } from './doing.js';
import { OWNERS, type World } from './world.js';

const tpmPolicy = `{"0": ["${'1'.repeat(64)}"]}`;

/** A fresh list of each owner, and one that an agent is bound to. */
async function onLists({ rows, owners, projects }: World, extra: object = {}): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const name of OWNERS) {
    attempts.push({ target: name, input: { ...(await rows.allowlist(owners[name])), ...extra } });
  }
  const followed = await rows.allowlist(projects.own);
  await rows.agent(projects.own, 'PENDING', { allowlistId: followed.allowlist.id });
  return [...attempts, { target: 'own, an agent is bound to it', input: { ...followed, ...extra } }];
}

export const ALLOWLIST_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createUpload: async () => [{ target: 'for oneself', input: { size: 1, digest: `sha256:${'0'.repeat(64)}` } }],
  createAllowlist: async () => [{ target: 'in the token’s scope', input: { name: newId('Allowlist'), tpmPolicy } }],
  publishAllowlistRevision: (world) => onLists(world, { tpmPolicy }),
  deleteAllowlist: (world) => onLists(world),
};
