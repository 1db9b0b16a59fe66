import { listed, quoted, single } from './doors.js';
import type { DomainFixture, Thing } from './fixture.js';
import { OWNERS, type World } from './world.js';

export const fixture: DomainFixture = {
  doors: {
    AuditEntry: {
      fields: 'id',
      list: listed('auditEntries', ({ at }) => `, filter: { targetIds: [${quoted(at)}] }`),
      entity: 'AuditEntry',
    },
    AuditChain: single('auditChain', 'firstSeq head { seq } trim { seq } keys { keyId }', 'the chain'),
    AuditSeal: single('auditSeals(first: 1)', 'nodes { seq entry { id } head { seq } }', 'any'),
    AuditChainVerification: single('verifyAuditChain', 'verifiedSeq fault { __typename }', 'the chain'),
  },
  sharedThings: async (world) => ({
    AuditEntry: await sharedEntries(world),
  }),
  ownThings: async ({ rows, projects }, { principal }) => {
    const entry = principal && (await rows.entry(projects['foreign project'], principal));
    return { AuditEntry: [{ name: 'foreign, by oneself', id: entry?.id ?? null, at: entry?.targetId ?? '' }] };
  },
};

async function sharedEntries({ rows, owners }: World): Promise<Thing[]> {
  const things: Thing[] = [];
  for (const name of OWNERS) {
    const { id, targetId } = await rows.entry(owners[name]);
    things.push({ name, id, at: targetId });
  }
  return things;
}
