import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSoftwareTpm, type SoftwareTpm } from '../fakes/software-tpm.js';
import { type Answer, codeOf, startTestServer, type TestServer } from '../harness/server.js';
import { agentWorld } from './agent-world.js';

const CREATE = `mutation ($input: CreateAgentInput!) {
  createAgent(input: $input) { agent { id } enrollmentToken userErrors { message } } }`;
const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { credentialBlob encryptedSecret userErrors { code path } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) {
  activateAgent(input: $input) { token userErrors { code } } }`;

let server: TestServer;
let admin: string;
let enrollmentToken: string;
let count = 0;
beforeAll(async () => {
  server = await startTestServer();
  const scope = await server.project(await server.defaultDomainId());
  admin = (await server.token({ scope, role: 'admin' })).token;
});
beforeEach(async () => {
  const made = await agentWorld(server).done(CREATE, { name: `machine-${++count}` }, admin);
  enrollmentToken = made.enrollmentToken;
});
afterAll(() => server.close());

const enroll = (ek: SoftwareTpm, ak: SoftwareTpm): Promise<Answer> => {
  const keys = { endorsementKey: ek.ekPublic.toString('base64'), attestationKey: ak.akPublic.toString('base64') };
  return server.graphql(ENROLL, { input: { enrollmentToken, ...keys } });
};
/** Ends the enrollment with what the TPM makes of a credential. */
const activate = (tpm: SoftwareTpm, { body }: Answer): Promise<Answer> => {
  const { credentialBlob, encryptedSecret } = body.data.enrollAgent;
  const secret = tpm.activateCredential({
    credentialBlob: Buffer.from(credentialBlob, 'base64'),
    encryptedSecret: Buffer.from(encryptedSecret, 'base64'),
  });
  return server.graphql(ACTIVATE, { input: { enrollmentToken, secret: secret.toString('base64') } });
};

describe('an enrollment that goes on', () => {
  test('invalid: with another EK than it was begun with, which takes nothing from the first', async () => {
    const [own, other] = [101, 102].map((seed) => createSoftwareTpm({ key: 'ecc', seed })) as [
      SoftwareTpm,
      SoftwareTpm,
    ];
    const begun = await enroll(own, own);
    const refused = await enroll(other, other);
    expect(refused.body.data.enrollAgent).toEqual({
      credentialBlob: null,
      encryptedSecret: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'endorsementKey'] }],
    });
    expect((await activate(own, begun)).body.data.activateAgent.token).toMatch(/^bwt_/);
  });

  test('ok: with the same EK and another AK; refused: the secret of before', async () => {
    const [own, other] = [103, 104].map((seed) => createSoftwareTpm({ key: 'ecc', seed })) as [
      SoftwareTpm,
      SoftwareTpm,
    ];
    const first = await enroll(own, own);
    const again = await enroll(own, other);
    expect(again.body.data.enrollAgent.userErrors).toEqual([]);
    expect(codeOf(await activate(own, first))).toBe('UNAUTHENTICATED');
  });
});
