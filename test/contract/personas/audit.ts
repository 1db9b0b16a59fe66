import { listed, only, quoted } from './doors.js';
import type { DomainFixture, Thing } from './fixture.js';
import { OWNERS, type World } from './world.js';

export const fixture: DomainFixture = {
  doors: {
    AuditEntry: {
      fields: 'id',
      list: listed('auditEntries', ({ at }) => `, filter: { targetIds: [${quoted(at)}] }`),
      entity: 'AuditEntry',
    },
    AuditChain: { fields: 'firstSeq head { seq } trim { seq } keys { keyId }', byId: only('auditChain') },
    AuditSeal: {
      fields: 'seq entry { id } head { seq }',
      byId: {
        name: 'auditSeals',
        ask: (_, fields) => `auditSeals(first: 1) { nodes { ${fields} } }`,
        find: (value) => value,
      },
    },
    AuditChainVerification: { fields: 'verifiedSeq fault { __typename }', byId: only('verifyAuditChain') },
  },
  sharedThings: async (world) => ({
    AuditEntry: await sharedEntries(world),
    AuditChain: [{ name: 'the chain', id: 'chain' }],
    AuditSeal: [{ name: 'any', id: 'seal' }],
    AuditChainVerification: [{ name: 'the chain', id: 'verification' }],
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
