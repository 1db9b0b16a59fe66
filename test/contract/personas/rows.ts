import { eq } from 'drizzle-orm';
import type { RecordRow } from '../../../src/attestation/records/tables.js';
import { auditEntries } from '../../../src/audit/entries/tables.js';
import { anonymous, type Services } from '../../../src/authority/index.js';
import { firstVersion } from '../../../src/db/by-id.js';
import type { Db } from '../../../src/db/open.js';
import { roleAssignments } from '../../../src/identity/assignments/tables.js';
import { roleImplications, roles } from '../../../src/identity/roles/tables.js';
import { newToken, tokenHash } from '../../../src/identity/tokens/authenticate.js';
import { tokens } from '../../../src/identity/tokens/tables.js';
import { newId } from '../../../src/platform/ids.js';
import { asId, asIds } from '../../harness/ids.js';
import type { RoleName, TestServer } from '../../harness/server.js';
import { agentRows, allowlistRows, type Times } from './attestation-rows.js';
import { idsOf, type Owner, type Principal, type Project } from './owners.js';

export type Rows = Awaited<ReturnType<typeof makeRows>>;

const LIFETIME_MS = 3_600_000;

/** Writes what attempts are aimed at, a fresh row for each, as the services would. */
export async function makeRows(server: TestServer) {
  const { services } = server;
  const { db, clock } = services;
  const createdAt = clock.now();
  const times = { createdAt, expiresAt: new Date(createdAt.getTime() + LIFETIME_MS) };
  const roleIds = new Map((await db.select().from(roles)).map(({ id, name }) => [name, id]));
  const roleId = (name: RoleName) => roleIds.get(name) ?? '';
  return {
    ...times,
    roleId,
    group: (domainId: string) => server.group(domainId, null),
    credential: (userId: string, scope: Project) => server.credential(userId, scope),
    /** One that attests. */
    agent: (project: Project, trustState: string, record: Partial<RecordRow> = {}) =>
      server.agent(project, { trustState, record }),
    /** One that attests, of a node. */
    nodesAgent: (project: Project, trustState: string, record: Partial<RecordRow> = {}) =>
      server.agent(project, { trustState, record, nodeId: newId('Node') }),
    ...identityRows(db, times, roleId),
    ...agentRows(services, times),
    ...allowlistRows(db, times),
    ...auditRows(services, times),
  };
}

function identityRows(db: Db, { createdAt, expiresAt }: Times, roleId: (name: RoleName) => string) {
  return {
    /** A role of a domain, or a global one, that implies `reader`. */
    async role(domainId: string | null) {
      const id = newId('Role');
      await db.insert(roles).values(asIds({ id, domainId, name: id, isImmutable: false, ...firstVersion(createdAt) }));
      await db.insert(roleImplications).values(asIds({ roleId: id, impliedRoleId: roleId('reader') }));
      return id;
    },
    async assignment(userId: string, role: RoleName, owner: Owner, isInherited = false) {
      const id = newId('RoleAssignment');
      const row = { id, userId, roleId: roleId(role), scopeType: owner.type, ...idsOf(owner), isInherited };
      await db.insert(roleAssignments).values(asIds({ ...row, createdAt }));
      return id;
    },
    async sessionOf(userId: string) {
      const id = newId('Token');
      const session = { kind: 'browser' as const, idleExpiresAt: expiresAt, clientAddress: '127.0.0.1' };
      const row = { id, hash: tokenHash(newToken()), userId, scopeType: 'unscoped' as const, ...session };
      await db.insert(tokens).values(asIds({ ...row, createdAt, expiresAt }));
      return id;
    },
    async tokenOf({ kind, id: principalId }: Principal) {
      const id = newId('Token');
      const bearer =
        kind === 'user'
          ? { userId: principalId, scopeType: 'unscoped' as const }
          : { agentId: principalId, scopeType: 'agent' as const };
      await db.insert(tokens).values(asIds({ id, hash: tokenHash(newToken()), ...bearer, createdAt, expiresAt }));
      return id;
    },
  };
}

function auditRows({ db, recordAudit }: Services, { createdAt }: Times) {
  return {
    /** An entry about something that this scope owns; answers the ids of the entry and of that something. */
    async entry(owner: Owner, by?: Principal | null) {
      const targetId = newId('Project');
      const principal = by ? { ...by, id: asId(by.id), name: by.id, domainId: asId('') } : null;
      const request = { requestId: 'of-the-test', actor: { ...anonymous, principal }, at: createdAt };
      const target = { type: 'Project', id: targetId } as const;
      const fact = { action: 'project.updated', target, owner: asIds(idsOf(owner)) } as const;
      await db.transaction((tx) => recordAudit(tx, request, fact));
      const [entry] = await db.select().from(auditEntries).where(eq(auditEntries.targetId, targetId));
      return { id: entry?.id ?? '', targetId };
    },
  };
}
