import type { Machine } from '../attestation/verifier/machine.js';
import type { Answer, Json, TestServer } from '../harness/server.js';

const BEGIN = 'mutation { beginAttestation { challenge { attestationId nonce pcrs imaOffset } } }';
const SUBMIT = `mutation ($input: SubmitEvidenceInput!) {
  submitEvidence(input: $input) { result { verdict failures { code } stateAfter } } }`;
const LOG_IN = `mutation ($input: LogInAgentInput!) {
  logInAgent(input: $input) { challenge { nonce pcrs } token userErrors { code } } }`;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function quoteOf(machine: Machine, challenge: { nonce: string; pcrs: number[] }) {
  const quote = machine.tpm.quote({ nonce: Buffer.from(challenge.nonce, 'base64'), pcrs: challenge.pcrs });
  return { message: base64(quote.message), signature: base64(quote.signature), pcrs: quote.pcrs };
}

/** What a machine's evidence comes to with the token of an agent. */
export async function attest(server: TestServer, machine: Machine, token: string): Promise<Json> {
  const begun = await server.graphql(BEGIN, {}, token);
  const { attestationId, imaOffset, ...challenge } = begun.body.data.beginAttestation.challenge;
  const input = { attestationId, quote: quoteOf(machine, challenge), imaLog: machine.log(imaOffset), imaOffset };
  return (await server.graphql(SUBMIT, { input }, token)).body.data.submitEvidence.result;
}

/** What the TPM of a machine gets by a quote, for an agent that it says it is. */
export async function logIn(server: TestServer, machine: Machine, agentId: string): Promise<Answer> {
  const begun = await server.graphql(LOG_IN, { input: { agentId } });
  const { challenge } = begun.body.data.logInAgent;
  return server.graphql(LOG_IN, { input: { agentId, quote: quoteOf(machine, challenge) } });
}

/** A list of the system that healthy machines pass. */
export async function createList(server: TestServer, name: string, content: string, token: string): Promise<void> {
  const create = 'mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) { allowlist { id } } }';
  const { body } = await server.graphql(create, { input: { name, imaPolicy: { content } } }, token);
  if (!body.data?.createAllowlist.allowlist) throw new Error(JSON.stringify(body));
}
