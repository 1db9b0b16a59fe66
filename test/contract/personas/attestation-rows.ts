import { eq } from 'drizzle-orm';
import { allowlistRevisions, allowlists } from '../../../src/attestation/allowlists/tables.js';
import { ekBans } from '../../../src/attestation/bans/tables.js';
import { challengeKey } from '../../../src/attestation/challenges/begin.js';
import { makeChallenge } from '../../../src/attestation/challenges/challenge.js';
import { projectDefaults } from '../../../src/attestation/project-defaults/tables.js';
import { attestationRecords } from '../../../src/attestation/records/tables.js';
import { attestationResults } from '../../../src/attestation/results/tables.js';
import { trustTransitions } from '../../../src/attestation/transitions/tables.js';
import type { Services } from '../../../src/authority/index.js';
import type { Db } from '../../../src/db/open.js';
import { projects } from '../../../src/identity/projects/tables.js';
import { etagOf } from '../../../src/platform/etag.js';
import { newId } from '../../../src/platform/ids.js';
import { uploads } from '../../../src/uploads/uploads/tables.js';
import { asId, asIds } from '../../harness/ids.js';
import { idsOf, type Owner, type Principal, type Project } from './owners.js';

let keys = 0;
const PCR_POLICY = `{"0": ["${'0'.repeat(64)}"]}`;
const NO_COUNTS = {
  entries: 0,
  attested: 0,
  matched: 0,
  excluded: 0,
  ignored: 0,
  violations: 0,
  failures: 0,
  warnings: 0,
};

export interface Times {
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What agents proved. */
export function agentRows({ db, keyFor }: Pick<Services, 'db' | 'keyFor'>, { createdAt, expiresAt }: Times) {
  return {
    async result(agentId: string, { domainId, projectId }: Project, allowlistRevisionId: string) {
      const id = newId('AttestationResult');
      const refersTo = asIds({ agentId, domainId, projectId, allowlistRevisionId });
      await db.insert(attestationResults).values({
        id,
        ...refersTo,
        verdict: 'ACCEPTED',
        failures: [],
        counts: NO_COUNTS,
        stateAfter: 'PENDING',
        receivedAt: createdAt,
      });
      return id;
    },
    /** That an agent was trusted, and then no more. */
    async history(agentId: string, { domainId, projectId }: Project) {
      const ofAgent = { ...asIds({ agentId, domainId, projectId }), occurredAt: createdAt };
      await db.insert(trustTransitions).values([
        { ...ofAgent, id: newId('TrustTransition'), fromState: 'PENDING', toState: 'TRUSTED', cause: 'ACCEPT' },
        { ...ofAgent, id: newId('TrustTransition'), fromState: 'TRUSTED', toState: 'FAILED', cause: 'REJECT' },
      ]);
    },
    /** A key that is banned, of an agent that is gone. */
    async bannedKey() {
      keys += 1;
      const ekFingerprint = String(keys).padStart(64, '0');
      await db.insert(ekBans).values({ ekFingerprint, agentId: newId('Agent'), nodeId: null, bannedAt: createdAt });
      return ekFingerprint;
    },
    /** A project, as an update names it, that has no default any more. */
    async projectWithoutDefault({ projectId: id }: Project) {
      await db.delete(projectDefaults).where(eq(projectDefaults.projectId, asId(id)));
      const [row] = await db
        .select()
        .from(projects)
        .where(eq(projects.id, asId(id)));
      return { project: { id }, etag: row ? etagOf(row) : '' };
    },
    /** By default one that is void: evidence for it is judged and recorded, and the agent's trust stays as it is. */
    async challenge(agentId: string, state: 'VOID' | 'OPEN' = 'VOID') {
      const { challengeNumber, agentId: id } = attestationRecords;
      const [record] = await db
        .select({ challengeNumber })
        .from(attestationRecords)
        .where(eq(id, asId(agentId)));
      const number = (record?.challengeNumber ?? 0) + (state === 'VOID' ? 1 : 0);
      const asked = { number, expiresAt, imaOffset: 0, pcrs: [10], hashAlgorithms: ['sha256' as const] };
      return makeChallenge(await challengeKey({ keyFor }), agentId, asked).id;
    },
  };
}

/** Allowlists, and uploads for them. */
export function allowlistRows(db: Db, { createdAt, expiresAt }: Times) {
  return {
    async allowlist(owner: Owner) {
      const id = newId('Allowlist');
      const currentRevisionId = newId('AllowlistRevision');
      const [row] = await db
        .insert(allowlists)
        .values(
          asIds({
            id,
            ownerType: owner.type.toUpperCase() as Uppercase<Owner['type']>,
            ...idsOf(owner),
            name: id,
            currentRevisionId,
            version: 1,
            createdAt,
            updatedAt: createdAt,
          }),
        )
        .returning();
      if (!row) throw new Error('no allowlist was written');
      const revision = { id: currentRevisionId, allowlistId: id, number: 1, imaExcludes: [], tpmPolicy: PCR_POLICY };
      await db.insert(allowlistRevisions).values({ ...revision, createdAt, createdBy: 'the test' });
      return { allowlist: { id }, etag: etagOf(row) };
    },
    async upload({ kind, id: principalId }: Principal, size: number, digest: string) {
      const id = newId('Upload');
      const owner = kind === 'user' ? { userId: principalId } : { agentId: principalId };
      await db.insert(uploads).values(asIds({ id, ...owner, size, digest, expiresAt, createdAt }));
      return id;
    },
  };
}
