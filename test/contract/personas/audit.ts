import { byId, listed, quoted, single } from './doors.js';
import type { DomainFixture, Thing } from './fixture.js';
import { idsOf } from './owners.js';
import { OWNERS, type World } from './world.js';

export const fixture: DomainFixture = {
  doors: {
    AuditEntry: {
      fields: 'id domain { id } project { id } actor { user { id } agent { id } domain { id } project { id } }',
      list: listed('auditEntries', ({ at }) => `, filter: { targetIds: [${quoted(at)}] }`),
      byId: byId('auditEntry'),
      entity: 'AuditEntry',
    },
    AuditCounts: single(
      'auditCounts(filter: { since: "2020-01-01T00:00:00Z" }, buckets: 2)',
      'total buckets { count }',
      'those it may read',
    ),
    AuditChain: single('auditChain', 'firstSeq head { seq } trim { seq } keys { keyId }', 'the chain'),
    AuditSeal: single('auditSeals(first: 1)', 'nodes { seq entry { id } head { seq } }', 'any'),
    AuditChainVerification: single('verifyAuditChain', 'verifiedSeq fault { __typename }', 'the chain'),
  },
  watched: {
    objectsChanged: {
      type: 'AuditEntry',
      fields: 'ids',
      // An object that is gone: who may read the entry is told.
      fact: ({ at, links }) => ({
        type: 'object.changed',
        objectId: at ?? '',
        details: {
          kinds: ['Project'],
          entry: {
            domainId: links?.domain,
            projectId: links?.project,
            actorId: links?.['actor.user'] ?? links?.['actor.agent'] ?? null,
          },
        },
      }),
      objectOf: ({ ids }) => ids,
    },
  },
  sharedThings: async (world) => ({
    AuditEntry: await sharedEntries(world),
  }),
  ownThings: async ({ rows, projects }, { principal }) => {
    const scope = projects['foreign project'];
    const entry = principal && (await rows.entry(scope, principal));
    const by = {
      'actor.user': null,
      'actor.agent': null,
      ...(principal && { [`actor.${principal.kind}`]: principal.id }),
    };
    const links = { ...linksTo(idsOf(scope)), ...by };
    return { AuditEntry: [{ name: 'foreign, by oneself', id: entry?.id ?? null, at: entry?.targetId ?? '', links }] };
  },
};

const linksTo = ({ domainId, projectId }: ReturnType<typeof idsOf>) => ({ domain: domainId, project: projectId });

/** One of each owner, and those of which a reader of the scope may not read the actor. */
async function sharedEntries({ rows, owners, agents, users }: World): Promise<Thing[]> {
  const things: Thing[] = [];
  for (const name of OWNERS) {
    const { id, targetId } = await rows.entry(owners[name]);
    things.push({ name, id, at: targetId, links: linksTo(idsOf(owners[name])) });
  }
  const actors = { agent: agents['foreign project'].id, user: users.foreign };
  for (const kind of ['agent', 'user'] as const) {
    const { id, targetId } = await rows.entry(owners.own, { kind, id: actors[kind] });
    const links = { ...linksTo(idsOf(owners.own)), [`actor.${kind}`]: actors[kind] };
    things.push({ name: `own, by a foreign ${kind}`, id, at: targetId, links });
  }
  return things;
}
