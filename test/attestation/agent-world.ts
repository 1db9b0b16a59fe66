import { deepEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { Answer, Json, TestServer } from '../harness/server.js';
import { sha256 } from './ima/ima-log.js';
import { FILES, type Machine } from './verifier/machine.js';

const CREATE_UPLOAD = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { uploadId path userErrors { message } } }`;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } enrollmentToken userErrors { message } } }`;
const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { credentialBlob encryptedSecret userErrors { message } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) {
  activateAgent(input: $input) { token userErrors { message } } }`;
export const BEGIN = 'mutation { beginAttestation { challenge { attestationId nonce pcrs imaOffset } } }';
export const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) {
    allowlist { id currentRevision { id imaPolicyDigest } } userErrors { code message } } }`;
export const SUBMIT = `mutation ($input: SubmitEvidenceInput!) {
  submitEvidence(input: $input) { result { id verdict failures { code } stateAfter } userErrors { code } } }`;

/** A server, in this process or another. */
export interface Asked {
  readonly url: string;
  graphql(query: string, variables?: object, token?: string): Promise<Answer>;
}

/** An enrolled machine with its token. */
export interface MachineAgent {
  readonly id: string;
  readonly machine: Machine;
  readonly token: string;
}

/** What operators and machines do at a server, as stories about agents need it. */
export function agentWorld(server: Asked) {
  const world = {
    /** The payload of a mutation that must not fail. */
    async done(query: string, input: object | undefined, token?: string): Promise<Json> {
      const { body } = await server.graphql(query, input && { input }, token);
      deepEqual(body.errors, undefined);
      const [payload] = Object.values(body.data) as [Json];
      deepEqual(payload.userErrors ?? [], []);
      return payload;
    },
    async announce(bytes: Uint8Array, token: string): Promise<{ uploadId: string; path: string }> {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return world.done(CREATE_UPLOAD, { size: bytes.length, digest }, token);
    },
    /** On a connection of its own: making large content takes so long that one kept alive may be closed by then. */
    put(path: string, bytes: Uint8Array, token: string): Promise<number> {
      const headers = { authorization: `Bearer ${token}`, 'content-length': bytes.length };
      return new Promise((resolve, reject) => {
        const sent = request(`${server.url}${path}`, { method: 'PUT', headers, agent: false });
        sent.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
        sent.end(bytes);
      });
    },
    async upload(bytes: Uint8Array, token: string): Promise<string> {
      const { uploadId, path } = await world.announce(bytes, token);
      deepEqual(await world.put(path, bytes, token), 204);
      return uploadId;
    },
    async enrolled(
      machine: Machine,
      name: string,
      allowlistId: string,
      operator: string,
      more: object = {},
    ): Promise<MachineAgent> {
      const made = await world.done(CREATE_AGENT, { name, allowlist: { id: allowlistId }, ...more }, operator);
      const { enrollmentToken } = made;
      const { ekPublic, akPublic } = machine.tpm;
      const keys = { endorsementKey: ekPublic.toString('base64'), attestationKey: akPublic.toString('base64') };
      const credential = await world.done(ENROLL, { enrollmentToken, ...keys });
      const secret = machine.tpm.activateCredential({
        credentialBlob: Buffer.from(credential.credentialBlob, 'base64'),
        encryptedSecret: Buffer.from(credential.encryptedSecret, 'base64'),
      });
      const { token } = await world.done(ACTIVATE, { enrollmentToken, secret: secret.toString('base64') });
      return { id: made.agent.id, machine, token };
    },
    /** Opens a challenge and answers it, the log aside. */
    async quoted({ machine, token }: MachineAgent) {
      const { challenge } = await world.done(BEGIN, undefined, token);
      const quote = machine.tpm.quote({ nonce: Buffer.from(challenge.nonce, 'base64'), pcrs: challenge.pcrs });
      const [message, signature] = [quote.message.toString('base64'), quote.signature.toString('base64')];
      const { attestationId } = challenge;
      return { attestationId, quote: { message, signature, pcrs: quote.pcrs }, imaOffset: 0 };
    },
  };
  return world;
}

/** A project with its administrator, and a list of the files that a healthy machine measures. */
export async function agentProject(server: TestServer) {
  const world = agentWorld(server);
  const scope = await server.project(await server.defaultDomainId());
  const admin = (await server.token({ scope, role: 'admin' })).token;
  const content = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
  const made = await world.done(CREATE_LIST, { name: 'files', imaPolicy: { content } }, admin);
  return { world, admin, scope, list: made.allowlist.id as string };
}
