import { eq } from 'drizzle-orm';
import { bumpEpoch } from '../../src/authority/index.js';
import { roleAssignments } from '../../src/identity/assignments/tables.js';
import { apiCredentials } from '../../src/identity/credentials/tables.js';
import { groupMembers, groups } from '../../src/identity/groups/tables.js';
import { roles } from '../../src/identity/roles/tables.js';
import { users } from '../../src/identity/users/tables.js';
import { newId } from '../../src/platform/ids.js';
import { asId, asIds } from '../harness/ids.js';
import { codeOf, type Json, type RoleName, type TestScope, type TestServer } from '../harness/server.js';

/** What a mutation came to: its payload's fields, or the code of its refusal. */
export interface Told {
  /** Of a refusal of the whole. */
  readonly code: string | undefined;
  /** The payload, without its user errors. */
  readonly made: Json;
  /** `CODE path: message` of each user error. */
  readonly errors: readonly string[];
  readonly comparable: string;
  readonly requestId: string;
}

/** Ways for a story to ask a server. */
export function asking(server: TestServer) {
  const { db, clock } = server.services;
  return {
    /** Sends a mutation: its name, what to read of its payload, its input. */
    async send(mutation: string, selection: string, input: object, token: string): Promise<Told> {
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { told: ${mutation}(input: $input) {
        ${selection} userErrors { code message path } } }`;
      const answer = await server.graphql(query, { input }, token);
      const { userErrors = [], ...made }: Json = answer.body.data?.told ?? {};
      const errors = userErrors.map(
        ({ code, message, path }: Json) => `${code} ${path.slice(1).join('.')}: ${message}`,
      );
      return { code: codeOf(answer), made, errors, comparable: answer.comparable, requestId: answer.requestId };
    },
    /** The etag of a domain, project, user or group. */
    async etag(kind: 'domain' | 'project' | 'user' | 'group', id: string, token: string): Promise<string> {
      const answer = await server.graphql(
        `query ($id: ID!) { found: ${kind}(ref: { id: $id }) { etag } }`,
        { id },
        token,
      );
      return answer.body.data.found.etag;
    },
    /** The entries that a request left in the audit log, as an auditor of the system reads them. */
    async entriesOf(requestId: string): Promise<Json[]> {
      const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
      const query = '{ auditEntries(first: 200) { nodes { action outcome policy requestId details } } }';
      const { nodes } = (await server.graphql(query, {}, token)).body.data.auditEntries;
      return nodes.filter((entry: Json) => entry.requestId === requestId);
    },
    /** A fresh domain with somebody in it who holds a role on it. */
    async tenant(role: RoleName = 'manager') {
      const domainId = await server.domain();
      return { domainId, ...(await server.token({ scope: { type: 'domain', domainId }, role })) };
    },
    /** An API credential, as whoever makes one leaves it. */
    async credential(
      userId: string,
      { type: scopeType, ...owner }: Exclude<TestScope, { type: 'unscoped' | 'system' }>,
    ) {
      const createdAt = clock.now();
      const limits = { roles: ['reader'], expiresAt: new Date(createdAt.getTime() + 3_600_000) };
      const [user] = await db
        .select()
        .from(users)
        .where(eq(users.id, asId(userId)));
      const userDomainId = user?.domainId ?? '';
      const row = {
        id: newId('ApiCredential'),
        userId,
        userDomainId,
        name: 'script',
        keyHash: '',
        scopeType,
        ...owner,
      };
      await db.insert(apiCredentials).values(asIds({ ...row, ...limits, createdAt }));
    },
    /** A group that holds a role, where one is named, and has members. */
    async group(domainId: string, holds?: { role: RoleName; on: TestScope }, members: readonly string[] = []) {
      const id = newId('Group');
      await db.insert(groups).values(asIds({ id, domainId, name: id, description: null, createdAt: clock.now() }));
      for (const userId of members)
        await db.insert(groupMembers).values(asIds({ groupId: id, userId, createdAt: clock.now() }));
      if (holds) {
        const [role] = await db.select().from(roles).where(eq(roles.name, holds.role));
        const { type, ...owner } = holds.on;
        const scopeType = type as 'system' | 'domain' | 'project';
        const row = { id: newId('RoleAssignment'), groupId: id, roleId: role?.id ?? '', scopeType, ...owner };
        await db.insert(roleAssignments).values(asIds({ ...row, isInherited: false, createdAt: clock.now() }));
      }
      await db.transaction(bumpEpoch);
      return id;
    },
  };
}
