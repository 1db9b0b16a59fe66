import { readFileSync } from 'node:fs';
import * as attestation from '../../src/cli/documents/attestation.js';
import * as audit from '../../src/cli/documents/audit.js';
import * as identity from '../../src/cli/documents/identity.js';
import * as machine from '../../src/cli/documents/machine.js';
import * as sessions from '../../src/cli/documents/sessions.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine } from '../attestation/verifier/machine.js';
import type { Json, TestServer } from '../harness/server.js';
import { told } from './routed.js';

/** Every document of the command line, by name. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  ...attestation,
  ...audit,
  ...identity,
  ...machine,
  ...sessions,
};

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
    const { domain } = await this.#done('CREATE_DOMAIN', { name: this.#name });
    await this.#done('CREATE_DOMAIN', { name: this.#name });
    const held = { user: { id: (await this.#step('VIEWER', {})).item.user.id }, role: 'admin' };
    await this.#done('GRANT_ROLE', { ...held, scope: { domain: { id: domain.id } } });
    await this.#logIn({ proof, scope: { domain: { name: this.#name } } });
    const { project } = await this.#done('CREATE_PROJECT', { name: this.#name, description: 'machines' });
    const { user } = await this.#done('CREATE_USER', { name: this.#name, password: 'correct horse battery' });
    const scope = { project: { id: project.id } };
    await this.#done('GRANT_ROLE', { ...held, scope });
    const { roleAssignment } = await this.#done('GRANT_ROLE', { user: { id: user.id }, role: 'reader', scope });
    await this.#changeUser(user.id);
    await this.#step('LIST_ASSIGNMENTS', { filter: { projectIds: [project.id] } });
    await this.#done('REVOKE_ROLE', { roleAssignmentId: roleAssignment.id });
    for (const list of ['LIST_USERS', 'LIST_PROJECTS', 'LIST_DOMAINS', 'LIST_ROLES', 'LIST_POLICIES']) {
      await this.#step(list, list === 'LIST_DOMAINS' ? { first: 1 } : {});
    }
    await this.#step('GET_POLICY', { name: 'allowlist:create' });
    await this.#makeRole();
    await this.#logIn({ proof, scope });
    const agentId = await this.#operate();
    await this.#logIn({ proof, scope: { system: true } });
    await this.#readAudit(agentId);
    await this.#done('REVOKE_TOKEN', {});
    await this.#step('VIEWER', {});
    return newPassword;
  }

  /** What is done to another user, and a key for a program. */
  async #changeUser(id: string): Promise<void> {
    const user = { id };
    await this.#done('SET_USER_PASSWORD', { user, password: 'staple correct horse' });
    for (const change of ['DISABLE_USER', 'ENABLE_USER', 'REVOKE_TOKENS']) await this.#done(change, { user });
    await this.#step('LIST_TOKENS', { first: 1 });
    const wanted = { name: this.#name, roles: ['reader'], allowedPolicies: ['viewer:get'] };
    const { apiCredential } = await this.#done('CREATE_CREDENTIAL', { ...wanted, expiresAt: inOneDay() });
    await this.#step('LIST_CREDENTIALS', { filter: { names: [this.#name] } });
    await this.#done('DELETE_CREDENTIAL', { apiCredentialId: apiCredential.id });
  }

  async #makeRole(): Promise<void> {
    const { role } = await this.#done('CREATE_ROLE', { name: this.#name });
    const { items } = await this.#step('LIST_ROLES', { filter: { names: ['reader'] } });
    const pair = { roleId: role.id, impliedRoleId: items.nodes[0].id };
    const implying = (await this.#done('ADD_IMPLIED_ROLE', { ...pair, etag: role.etag })).role;
    await this.#done('ADD_IMPLIED_ROLE', { ...pair, etag: role.etag });
    const alone = (await this.#done('REMOVE_IMPLIED_ROLE', { ...pair, etag: implying.etag })).role;
    await this.#done('UPDATE_ROLE', { roleId: role.id, etag: alone.etag, description: 'for a while' });
    const { item } = await this.#step('GET_ROLE', { id: role.id });
    await this.#done('DELETE_ROLE', { roleId: role.id, etag: item.etag });
    await this.#step('GET_ROLE', { id: role.id });
  }

  async #operate(): Promise<string> {
    const content = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
    await this.#done('CREATE_UPLOAD', { size: 1, digest: `sha256:${'0'.repeat(64)}` });
    const policy = { imaPolicy: { content, excludes: ['/tmp/'] } };
    const { allowlist } = await this.#done('CREATE_ALLOWLIST', { name: this.#name, ...policy });
    const ref = { id: allowlist.id };
    const published = { allowlist: ref, etag: allowlist.etag, ...policy, tpmPolicy: null };
    await this.#done('PUBLISH_ALLOWLIST_REVISION', published);
    await this.#done('PUBLISH_ALLOWLIST_REVISION', published);
    const { agent, enrollmentToken } = await this.#done('CREATE_AGENT', { name: this.#name, allowlist: ref });
    const own = { agent: { id: agent.id } };
    await this.#attest(agent.id, enrollmentToken);
    await this.#step('GET_AGENT', { ref: own.agent });
    for (const change of ['RESET_AGENT', 'BAN_AGENT', 'UNBAN_AGENT', 'RESET_AGENT']) await this.#done(change, own);
    await this.#done('BIND_ALLOWLIST', { ...own, allowlist: null });
    await this.#done('RETIRE_AGENT', own);
    for (const list of ['LIST_AGENTS', 'LIST_ALLOWLISTS']) await this.#step(list, { first: 200 });
    const { item } = await this.#step('GET_ALLOWLIST', { ref: { name: this.#name } });
    await this.#step('GET_ALLOWLIST_CONTENT', { ref });
    await this.#done('DELETE_ALLOWLIST', { allowlist: ref, etag: item.etag });
    await this.#step('GET_ALLOWLIST', { ref });
    return agent.id;
  }

  /** A machine enrolls, logs in again, is trusted, and fails. */
  async #attest(agentId: string, enrollmentToken: string): Promise<void> {
    const operator = this.#token;
    const own = healthyMachine({ seed: this.#seed });
    const { ekPublic, akPublic } = own.tpm;
    const keys = { endorsementKey: base64(ekPublic), attestationKey: base64(akPublic) };
    this.#token = undefined;
    const sealed = await this.#done('ENROLL_AGENT', { enrollmentToken, ...keys });
    const [credentialBlob, encryptedSecret] = [bytes(sealed.credentialBlob), bytes(sealed.encryptedSecret)];
    const secret = base64(own.tpm.activateCredential({ credentialBlob, encryptedSecret }));
    await this.#done('ACTIVATE_AGENT', { enrollmentToken, secret });
    const quoted = ({ nonce, pcrs }: Json) => {
      const { message, signature, pcrs: values } = own.tpm.quote({ nonce: bytes(nonce), pcrs });
      return { message: base64(message), signature: base64(signature), pcrs: values };
    };
    const { challenge } = await this.#done('LOG_IN_AGENT', { agentId });
    this.#token = (await this.#done('LOG_IN_AGENT', { agentId, quote: quoted(challenge) })).token;
    for (const path of [null, '/usr/bin/implant']) {
      if (path !== null) own.measure(path);
      const { attestationId, imaOffset, ...asked } = (await this.#done('BEGIN_ATTESTATION', {})).challenge;
      const evidence = { imaLog: own.log(imaOffset), imaOffset, quote: quoted(asked) };
      await this.#done('SUBMIT_EVIDENCE', { attestationId, ...evidence });
    }
    this.#token = operator;
  }

  async #readAudit(agentId: string): Promise<void> {
    await this.#step('LIST_AUDIT_ENTRIES', { filter: { targetIds: [agentId] } });
    await this.#step('GET_AUDIT_CHAIN', {});
    await this.#step('LIST_AUDIT_SEALS', { first: 5, fromSeq: 2 });
    await this.#step('VERIFY_AUDIT_CHAIN', { fromSeq: 1, toSeq: 3 });
  }

  async #logIn(input: object): Promise<void> {
    this.#token = undefined;
    this.#token = (await this.#done('ISSUE_TOKEN', input))?.token;
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
      .replaceAll(/\b\d{4}-\d\d-\d\dT[0-9:.]+Z/g, 'TIME');
    return JSON.parse(masked);
  }
}

/** What the audit log's growth changes from one moment to the next. */
const GROWING = new Set(['unsealedCount', 'oldestUnsealedAt']);
const RANDOM = new Set([
  ...['token', 'enrollmentToken', 'nonce', 'credentialBlob', 'encryptedSecret', 'etag', 'endCursor', 'requestId'],
  ...['ek', 'seq', 'hash', 'signature', 'key'],
]);

const inOneDay = () => new Date(Date.now() + 86_400_000).toISOString();
const base64 = (from: Uint8Array) => Buffer.from(from).toString('base64');
const bytes = (text: string) => Buffer.from(text, 'base64');

export const passwordOf = (server: TestServer) => readFileSync(server.adminPasswordPath, 'utf8').trim();
