// Clients of the API: an administrator of a project, and agents that enroll and attest over HTTP.
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';

const CREATE_UPLOAD = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { path uploadId userErrors { message } } }`;
const CREATE_LIST = `mutation ($input: CreateAllowlistInput!) {
  createAllowlist(input: $input) { allowlist { id } userErrors { message } } }`;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { enrollmentToken userErrors { message } } }`;
const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { credentialBlob encryptedSecret userErrors { message } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) { activateAgent(input: $input) { token userErrors { code } } }`;
const BEGIN = 'mutation { beginAttestation { challenge { attestationId nonce pcrs imaOffset } } }';
const SUBMIT = `mutation ($input: SubmitEvidenceInput!) {
  submitEvidence(input: $input) { result { verdict counts { entries } failures { code message } } userErrors { code } } }`;

const keptAlive = new Agent({ keepAlive: true });

/**
 * Not `fetch`, which takes more CPU time beside a server on the same machine. A kept connection that the server ended before
 * it got the request is no answer: the request goes out again.
 */
function post(address, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(address, { method: 'POST', headers, agent: keptAlive }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    });
    sent.once('error', (error) => {
      if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(post(address, headers, body));
      else reject(error);
    });
    sent.end(body);
  });
}

/** Calls mutations of a server, each by its document. */
export function client(address, token) {
  const authorization = token && { authorization: `Bearer ${token}` };
  const mutate = async (query, input) => {
    const headers = { 'content-type': 'application/json', ...authorization };
    const { data, errors } = await post(`${address}/graphql`, headers, JSON.stringify({ query, variables: { input } }));
    const [payload] = Object.values(data ?? {});
    if (errors || payload.userErrors?.length) throw new Error(JSON.stringify(errors ?? payload.userErrors));
    return payload;
  };
  const upload = async (content) => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const { path, uploadId } = await mutate(CREATE_UPLOAD, { size: content.length, digest });
    const { status } = await fetch(`${address}${path}`, { method: 'PUT', headers: authorization, body: content });
    if (status !== 204) throw new Error(`the upload was answered ${status}`);
    return uploadId;
  };
  return { mutate, upload };
}

export async function createList(admin, content) {
  const imaPolicy = { uploadId: await admin.upload(content) };
  return (await admin.mutate(CREATE_LIST, { name: 'bench', imaPolicy })).allowlist.id;
}

/**
 * An enrolled and activated agent for a machine. `attest` submits a quote and the log input from
 * `evidenceOf(challenge)`.
 */
export async function enrolled(address, admin, { tpm }, { name, list }) {
  const { enrollmentToken } = await admin.mutate(CREATE_AGENT, { name, allowlist: { id: list } });
  const anyone = client(address);
  const keys = {
    endorsementKey: tpm.ekPublic.toString('base64'),
    attestationKey: tpm.akPublic.toString('base64'),
  };
  const { credentialBlob, encryptedSecret } = await anyone.mutate(ENROLL, { enrollmentToken, ...keys });
  const secret = tpm.activateCredential({
    credentialBlob: Buffer.from(credentialBlob, 'base64'),
    encryptedSecret: Buffer.from(encryptedSecret, 'base64'),
  });
  const { token } = await anyone.mutate(ACTIVATE, { enrollmentToken, secret: secret.toString('base64') });
  const agent = client(address, token);
  const attest = async (evidenceOf) => {
    const { challenge } = await agent.mutate(BEGIN);
    const { message, signature, pcrs } = tpm.quote({
      nonce: Buffer.from(challenge.nonce, 'base64'),
      pcrs: challenge.pcrs,
    });
    const quote = { message: message.toString('base64'), signature: signature.toString('base64'), pcrs };
    const log = await evidenceOf(challenge, agent);
    const { result } = await agent.mutate(SUBMIT, { attestationId: challenge.attestationId, quote, ...log });
    if (result.verdict !== 'ACCEPTED') throw new Error(JSON.stringify(result));
    return result.counts.entries;
  };
  return { attest };
}
