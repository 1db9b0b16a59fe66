import { eq } from 'drizzle-orm';
import { etagOf } from '../../../src/attestation/allowlists/service.js';
import { allowlistRevisions, allowlists } from '../../../src/attestation/allowlists/tables.js';
import { attestationRecords, attestations, type RecordRow } from '../../../src/attestation/records/tables.js';
import { attestationResults } from '../../../src/attestation/results/tables.js';
import { uploads } from '../../../src/attestation/uploads/tables.js';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import { anonymous } from '../../../src/authority/index.js';
import { agents } from '../../../src/identity/agents/tables.js';
import { roleAssignments } from '../../../src/identity/assignments/tables.js';
import { roles } from '../../../src/identity/roles/tables.js';
import { newToken, tokenHash } from '../../../src/identity/tokens/authenticate.js';
import { tokens } from '../../../src/identity/tokens/tables.js';
import { newId } from '../../../src/platform/ids.js';
import type { RoleName, TestScope, TestServer } from '../../harness/server.js';

/** The system, a domain, or a project with its domain. */
export type Owner = { readonly type: 'system' } | Exclude<TestScope, { type: 'system' | 'unscoped' }>;
export type Project = Extract<TestScope, { type: 'project' }>;
export interface Principal {
  readonly kind: 'user' | 'agent';
  readonly id: string;
}
export type Rows = Awaited<ReturnType<typeof makeRows>>;

const LIFETIME_MS = 3_600_000;
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

/** As tables and audit facts name an owner. */
export const idsOf = (owner: TestScope) => ({
  domainId: 'domainId' in owner ? owner.domainId : null,
  projectId: 'projectId' in owner ? owner.projectId : null,
});

/** Writes what attempts are aimed at, a fresh row for each, as the services would. */
export async function makeRows({ services: { db, clock, recordAudit } }: TestServer) {
  const roleIds = new Map((await db.select().from(roles)).map(({ id, name }) => [name, id]));
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + LIFETIME_MS);

  const roleId = (name: RoleName) => roleIds.get(name) ?? '';
  return {
    expiresAt,
    roleId,
    async agent({ domainId, projectId }: Project, trustState: string, record: Partial<RecordRow> = {}) {
      const id = newId('Agent');
      const owner = { domainId, projectId };
      await db
        .insert(agents)
        .values({ id, kind: 'MACHINE', ...owner, name: id, trustState, createdAt, createdBy: 'the test' });
      const common = { ...owner, tpmKind: 'PHYSICAL' as const, isLiving: false, acceptedCount: 0, rejectedCount: 0 };
      await db.insert(attestationRecords).values({ agentId: id, ...common, ...record });
      return id;
    },
    async allowlist(owner: Owner) {
      const id = newId('Allowlist');
      const currentRevisionId = newId('AllowlistRevision');
      const [row] = await db
        .insert(allowlists)
        .values({
          id,
          ownerType: owner.type.toUpperCase() as Uppercase<Owner['type']>,
          ...idsOf(owner),
          name: id,
          currentRevisionId,
          version: 1,
          createdAt,
          updatedAt: createdAt,
        })
        .returning();
      if (!row) throw new Error('no allowlist was written');
      const revision = { id: currentRevisionId, allowlistId: id, number: 1, imaExcludes: [], tpmPolicy: PCR_POLICY };
      await db.insert(allowlistRevisions).values({ ...revision, createdAt, createdBy: 'the test' });
      return { allowlist: { id }, etag: etagOf(row) };
    },
    async result(agentId: string, { domainId, projectId }: Project, allowlistRevisionId: string) {
      const id = newId('AttestationResult');
      await db.insert(attestationResults).values({
        id,
        agentId,
        domainId,
        projectId,
        attestationId: newId('Attestation'),
        verdict: 'ACCEPTED',
        failures: [],
        counts: NO_COUNTS,
        allowlistRevisionId,
        stateAfter: 'PENDING',
        receivedAt: createdAt,
      });
      return id;
    },
    /** One that is void: evidence for it is judged and recorded, and the agent's trust stays as it is. */
    async challenge(agentId: string) {
      const id = newId('Attestation');
      const asked = { nonce: Buffer.alloc(32).toString('base64'), pcrs: [10], hashAlgorithms: ['sha256' as const] };
      await db
        .insert(attestations)
        .values({ id, agentId, ...asked, imaOffset: 0, state: 'VOID', expiresAt, createdAt });
      return id;
    },
    async assignment(userId: string, role: RoleName, owner: Owner, isInherited = false) {
      const id = newId('RoleAssignment');
      const row = { id, userId, roleId: roleId(role), scopeType: owner.type, ...idsOf(owner), isInherited };
      await db.insert(roleAssignments).values({ ...row, createdAt });
      return id;
    },
    async tokenOf({ kind, id: principalId }: Principal) {
      const id = newId('Token');
      const bearer =
        kind === 'user'
          ? { userId: principalId, scopeType: 'unscoped' as const }
          : { agentId: principalId, scopeType: 'agent' as const };
      await db.insert(tokens).values({ id, hash: tokenHash(newToken()), ...bearer, createdAt, expiresAt });
      return id;
    },
    async upload({ kind, id: principalId }: Principal, size: number, digest: string) {
      const id = newId('Upload');
      const owner = kind === 'user' ? { userId: principalId } : { agentId: principalId };
      await db.insert(uploads).values({ id, ...owner, size, digest, expiresAt, createdAt });
      return id;
    },
    /** An entry about something that this scope owns; answers the ids of the entry and of that something. */
    async entry(owner: Owner, by?: Principal | null) {
      const targetId = newId('Project');
      const principal = by ? { ...by, name: by.id, domainId: '' } : null;
      const request = { requestId: 'of-the-test', actor: { ...anonymous, principal }, at: createdAt };
      await recordAudit(db, request, {
        action: 'test.made',
        target: { type: 'Project', id: targetId },
        owner: idsOf(owner),
      });
      const [entry] = await db.select().from(auditEntries).where(eq(auditEntries.targetId, targetId));
      return { id: entry?.id ?? '', targetId };
    },
  };
}
