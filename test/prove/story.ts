import { readFileSync } from 'node:fs';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine } from '../attestation/verifier/machine.js';
import { documents } from '../cli/documents.js';
import type { Json, TestServer } from '../harness/server.js';
import { told } from './routed.js';

/** What the story does not come to. */
const UNTOLD: ReadonlySet<string> = new Set([
  ...['Domain', 'UpdateDomain', 'DeleteDomain', 'Project', 'UpdateProject', 'DeleteProject'],
  ...['User', 'UpdateUser', 'DeleteUser', 'Groups', 'Group', 'Members', 'CreateGroup', 'UpdateGroup', 'DeleteGroup'],
  ...['AddGroupMember', 'RemoveGroupMember', 'EffectivePermissions', 'EffectiveRoleAssignments'],
  ...['WhoCan', 'WhoElseCan', 'ExplainDecision', 'PolicyRevision', 'PolicyRevisions', 'PolicyCandidate'],
  ...['PreviewPolicyChange', 'SetPolicyOverrides', 'RollbackPolicyOverrides'],
  ...['SetPolicyCandidate', 'DeletePolicyCandidate'],
]);

/** The documents of the command line that the story sends, by name. */
export const DOCUMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  [...documents].filter(([name]) => !UNTOLD.has(name)),
);

type Ask = TestServer['graphql'];
export interface Step {
  readonly document: string;
  readonly answer: ReturnType<typeof told>;
}

/** One run of the command line's documents, in the order of a deployment's life. */
export class Story {
  readonly steps: Step[] = [];
  readonly #ask: Ask;
  readonly #name: string;
  readonly #seed: number;
  #token: string | undefined;

  /** @param name What the story's own things are called; another story needs another name and seed. */
  constructor(ask: Ask, name: string, seed: number) {
    this.#ask = ask;
    this.#name = name;
    this.#seed = seed;
  }

  /** Changes the password, as the first log-in must; answers the one that is good from then on. */
  async run(password: string): Promise<string> {
    const newPassword = `${password}, another`;
    const proof = { password: { user: 'admin', password: newPassword } };
    await this.#logIn({ proof: { password: { user: 'admin', password: `not ${password}` } } });
    const first = { user: 'admin', password, newPassword };
    await this.#logIn({ proof: { password: first }, scope: { system: true } });
    const { domain } = await this.#done('CreateDomain', { name: this.#name });
    await this.#done('CreateDomain', { name: this.#name });
    const held = { user: { id: (await this.#step('Viewer', {})).item.user.id }, role: { name: 'admin' } };
    await this.#done('GrantRole', { ...held, scope: { domain: { id: domain.id } } });
    await this.#logIn({ proof, scope: { domain: { name: this.#name } } });
    const { project } = await this.#done('CreateProject', { name: this.#name, description: 'machines' });
    const { user } = await this.#done('CreateUser', { name: this.#name, password: 'correct horse battery' });
    const scope = { project: { id: project.id } };
    await this.#done('GrantRole', { ...held, scope });
    const { roleAssignment } = await this.#done('GrantRole', {
      user: { id: user.id },
      role: { name: 'reader' },
      scope,
    });
    await this.#changeUser(user.id);
    await this.#step('RoleAssignments', { filter: { projectIds: [project.id] } });
    await this.#done('RevokeRole', { roleAssignmentId: roleAssignment.id });
    for (const list of ['Users', 'Projects', 'Domains', 'Roles', 'Policies']) {
      await this.#step(list, list === 'Domains' ? { first: 1 } : {});
    }
    await this.#step('Policy', { name: 'allowlist:create' });
    await this.#step('CandidateNow', {});
    await this.#makeRole();
    await this.#logIn({ proof, scope });
    const agentId = await this.#operate();
    await this.#logIn({ proof, scope: { system: true } });
    await this.#keepFleet(project.id);
    await this.#readAudit(agentId);
    await this.#done('RevokeToken', {});
    await this.#step('Viewer', {});
    await this.#step('Caller', {});
    return newPassword;
  }

  /** What is done to another user, and a key for a program. */
  async #changeUser(id: string): Promise<void> {
    const user = { id };
    await this.#done('SetUserPassword', { user, password: 'staple correct horse' });
    for (const change of ['DisableUser', 'EnableUser', 'RevokeTokens']) await this.#done(change, { user });
    await this.#step('Tokens', { first: 1 });
    await this.#step('Sessions', { user });
    await this.#done('RevokeSession', { sessionId: 'tok_' });
    const wanted = { name: this.#name, roles: ['reader'], allowedPolicies: ['viewer:get'] };
    const { apiCredential } = await this.#done('CreateApiCredential', { ...wanted, expiresAt: inOneDay() });
    await this.#step('ApiCredentials', { filter: { names: [this.#name] } });
    await this.#done('DeleteApiCredential', { apiCredentialId: apiCredential.id });
  }

  async #makeRole(): Promise<void> {
    const { role } = await this.#done('CreateRole', { name: this.#name });
    const { items } = await this.#step('Roles', { filter: { names: ['reader'] } });
    const pair = { role: { id: role.id }, impliedRole: { id: items.nodes[0].id } };
    const implying = (await this.#done('AddImpliedRole', { ...pair, etag: role.etag })).role;
    await this.#done('AddImpliedRole', { ...pair, etag: role.etag });
    const alone = (await this.#done('RemoveImpliedRole', { ...pair, etag: implying.etag })).role;
    await this.#done('UpdateRole', { role: { id: role.id }, etag: alone.etag, description: 'for a while' });
    const { item } = await this.#step('Role', { ref: { id: role.id } });
    await this.#done('DeleteRole', { role: { id: role.id }, etag: item.etag });
    await this.#step('Role', { ref: { id: role.id } });
  }

  async #operate(): Promise<string> {
    const content = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
    await this.#done('CreateUpload', { size: 1, digest: `sha256:${'0'.repeat(64)}` });
    const policy = { imaPolicy: { content, excludes: ['/tmp/'] } };
    const { allowlist } = await this.#done('CreateAllowlist', { name: this.#name, ...policy });
    const ref = { id: allowlist.id };
    const published = { allowlist: ref, etag: allowlist.etag, ...policy, tpmPolicy: null };
    await this.#done('PublishAllowlistRevision', published);
    await this.#done('PublishAllowlistRevision', published);
    const { agent, enrollmentToken } = await this.#done('CreateAgent', { name: this.#name, allowlist: ref });
    const own = { agent: { id: agent.id } };
    await this.#attest(agent.id, enrollmentToken);
    const { item: read } = await this.#step('Agent', { ref: own.agent });
    await this.#step('AgentHistory', { ref: own.agent, first: 5 });
    await this.#step('AgentsNow', { since: new Date(Date.now() - 86_400_000).toISOString() });
    await this.#step('Search', { text: this.#name });
    await this.#done('UpdateAgent', { ...own, etag: read.etag, externalId: this.#name });
    for (const change of ['ResetAgent', 'BanAgent', 'UnbanAgent', 'ResetAgent']) await this.#done(change, own);
    await this.#done('BindAllowlist', { ...own, allowlist: null });
    await this.#done('RetireAgent', own);
    for (const list of ['Agents', 'Allowlists']) await this.#step(list, { first: 200 });
    const { item } = await this.#step('Allowlist', { ref: { name: this.#name } });
    await this.#step('AllowlistContent', { ref });
    const described = { allowlist: ref, etag: item.etag, description: 'for a while' };
    const { etag } = (await this.#done('UpdateAllowlist', described)).allowlist;
    await this.#done('DeleteAllowlist', { allowlist: ref, etag });
    await this.#step('Allowlist', { ref });
    return agent.id;
  }

  /** A machine enrolls, logs in again, is trusted, and fails. */
  async #attest(agentId: string, enrollmentToken: string): Promise<void> {
    const operator = this.#token;
    const own = healthyMachine({ seed: this.#seed });
    await this.#enroll(own, enrollmentToken);
    this.#token = undefined;
    const quoted = ({ nonce, pcrs }: Json) => {
      const { message, signature, pcrs: values } = own.tpm.quote({ nonce: bytes(nonce), pcrs });
      return { message: base64(message), signature: base64(signature), pcrs: values };
    };
    const { challenge } = await this.#done('LogInAgent', { agentId });
    this.#token = (await this.#done('LogInAgent', { agentId, quote: quoted(challenge) })).token;
    for (const path of [null, '/usr/bin/implant']) {
      if (path !== null) own.measure(path);
      const { attestationId, imaOffset, ...asked } = (await this.#done('BeginAttestation', {})).challenge;
      const evidence = { imaLog: own.log(imaOffset), imaOffset, quote: quoted(asked) };
      await this.#done('SubmitEvidence', { attestationId, ...evidence });
    }
    this.#token = operator;
  }

  /** Nodes of operators, one of which a machine joins and leaves. */
  async #keepFleet(projectId: string): Promise<void> {
    const project = { id: projectId };
    const etagOf = async () =>
      (await this.#step('Projects', { filter: { names: [this.#name] } })).items.nodes[0].etag as string;
    await this.#done('SetProjectOperators', { project, etag: await etagOf(), isOperators: true });
    await this.#done('SetProjectDefaults', { project, etag: await etagOf(), allowlist: null });
    let { node } = await this.#done('CreateNode', { name: `${this.#name}-waits` });
    const change = async (document: string, input: object) => {
      const { payload } = await this.#step(document, { input: { node: { id: node.id }, etag: node.etag, ...input } });
      node = payload?.node ?? node;
    };
    await change('UpdateNode', { description: 'for a while' });
    await change('SetNodeLabels', { add: [{ key: 'admin.rack', value: '7' }] });
    await change('SetNodeAddress', { address: `${this.#name}.example` });
    await change('SetNodeTenants', { tenants: [] });
    await change('SetNodeAvailability', { availability: 'DRAIN' });
    await change('SetNodeLeaseHolder', { user: null });
    await change('DeleteNode', {});
    await this.#step('Nodes', { filter: { names: [`${this.#name}-waits`] } });
    const name = `${this.#name}-joins`;
    const wanted = { project, nodeName: name, uses: 2, expiresAt: inOneDay() };
    await this.#done('CreateJoinToken', { ...wanted, uses: 1, nodeName: '' });
    const { joinToken, token } = await this.#done('CreateJoinToken', { ...wanted, nodeName: `${name}-{n}` });
    await this.#step('JoinTokens', {});
    await this.#join(token);
    ({ item: node } = await this.#step('Node', { ref: { name: `${name}-1` } }));
    await this.#step('NodesNow', {});
    await change('RejoinNode', {});
    await change('DeleteNode', {});
    await this.#done('RevokeJoinToken', { joinTokenId: joinToken.id });
    await this.#done('SetProjectOperators', { project, etag: await etagOf(), isOperators: false });
  }

  /** A machine joins with a token, says what it is, and leaves. */
  async #join(enrollmentToken: string): Promise<void> {
    const operator = this.#token;
    const agentId = await this.#enroll(healthyMachine({ seed: this.#seed + 50 }), enrollmentToken);
    await this.#step('Place', {});
    await this.#done('RenewNodeLease', {});
    await this.#done('ReportNodeFacts', { os: 'Debian 13', labels: [{ key: 'reported.zone', value: 'b' }] });
    await this.#done('LeaveFleet', { agent: { id: agentId } });
    this.#token = operator;
  }

  /** Enrolls a machine, whose token is in use from then on; answers its agent. */
  async #enroll({ tpm }: ReturnType<typeof healthyMachine>, enrollmentToken: string): Promise<string> {
    const keys = { endorsementKey: base64(tpm.ekPublic), attestationKey: base64(tpm.akPublic) };
    this.#token = undefined;
    const sealed = await this.#done('EnrollAgent', { enrollmentToken, ...keys });
    const [credentialBlob, encryptedSecret] = [bytes(sealed.credentialBlob), bytes(sealed.encryptedSecret)];
    const secret = base64(tpm.activateCredential({ credentialBlob, encryptedSecret }));
    this.#token = (await this.#done('ActivateAgent', { enrollmentToken, secret })).token;
    return sealed.agentId;
  }

  async #readAudit(agentId: string): Promise<void> {
    await this.#step('AuditEntries', { filter: { targetIds: [agentId] } });
    await this.#step('DenialsNow', { since: new Date(Date.now() - 86_400_000).toISOString() });
    await this.#step('AuditChain', {});
    await this.#step('AuditSeals', { first: 5, fromSeq: 2 });
    await this.#step('VerifyAuditChain', { fromSeq: 1, toSeq: 3 });
  }

  async #logIn(input: object): Promise<void> {
    this.#token = undefined;
    this.#token = (await this.#done('IssueToken', input))?.token;
  }

  async #done(document: string, input: object): Promise<Json> {
    return (await this.#step(document, { input })).payload;
  }

  async #step(document: string, variables: object): Promise<Json> {
    const answer = await this.#ask(DOCUMENTS[document] ?? '', variables, this.#token);
    this.steps.push({ document, answer: told(answer) });
    return answer.body.data ?? {};
  }

  /** The steps without what no two runs share; what is the same within one run stays the same. */
  get comparable(): Step[] {
    const ids = new Map<string, string>();
    const text = JSON.stringify(this.steps, (key, value) =>
      GROWING.has(key) ? 'some' : RANDOM.has(key) && value !== null ? `some ${typeof value}` : value,
    );
    const numbered = (id: string) => {
      if (!ids.has(id)) ids.set(id, `${id.slice(0, 4)}${ids.size}`);
      return ids.get(id) ?? '';
    };
    const masked = text
      .replaceAll(this.#name, 'NAME')
      .replaceAll(/\b[a-z]{3}_[0-9a-f]{8}-[0-9a-f-]{27}\b/g, numbered)
      .replaceAll(/\batt_[\w-]{72}(?![\w-])/g, numbered)
      .replaceAll(/\b\d{4}-\d\d-\d\dT[0-9:.]+Z/g, 'TIME');
    return JSON.parse(masked);
  }
}

/** What changes from one moment to the next as the audit log and the fleet grow. */
const GROWING = new Set(['unsealedCount', 'oldestUnsealedAt', 'count']);
const RANDOM = new Set([
  ...['token', 'enrollmentToken', 'nonce', 'credentialBlob', 'encryptedSecret', 'etag', 'endCursor', 'requestId'],
  ...['ek', 'seq', 'hash', 'signature', 'key'],
]);

const inOneDay = () => new Date(Date.now() + 86_400_000).toISOString();
const base64 = (from: Uint8Array) => Buffer.from(from).toString('base64');
const bytes = (text: string) => Buffer.from(text, 'base64');

export const passwordOf = (server: TestServer) => readFileSync(server.adminPasswordPath, 'utf8').trim();
