import {
  codeOf,
  type Json,
  type OwnedScope,
  type RoleName,
  type TestScope,
  type TestServer,
} from '../harness/server.js';

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
  return {
    /** Sends a mutation: its name, what to read of its payload, its input. */
    async send(mutation: string, selection: string, input: object, token?: string): Promise<Told> {
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
    credential: (userId: string, scope: OwnedScope) => server.credential(userId, scope, 'script'),
    /** A group that holds a role, where one is named, and has members. */
    async group(domainId: string, holds?: { role: RoleName; on: TestScope }, members: readonly string[] = []) {
      const id = await server.group(domainId, null, ...members);
      if (holds && holds.on.type !== 'unscoped') {
        const { type: _, ...owner } = holds.on;
        await server.give({ groupId: id, roleId: await server.roleId(holds.role), ...owner });
      }
      return id;
    },
  };
}
