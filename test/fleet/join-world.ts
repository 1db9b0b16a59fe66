import { createSoftwareTpm, type SoftwareTpm } from '../fakes/software-tpm.js';
import { type Answer, codeOf, type Json, type TestServer } from '../harness/server.js';

export const CREATE_TOKEN = `mutation ($input: CreateJoinTokenInput!) {
  createJoinToken(input: $input) {
    joinToken { id state uses usedCount nodeName address availability expiresAt node { id name } }
    token alreadyIssued userErrors { code path message } } }`;
export const REVOKE = `mutation ($id: ID!) {
  revokeJoinToken(input: { joinTokenId: $id }) { joinTokenId userErrors { code } } }`;
export const NODE = 'query ($name: String!) { node(ref: { name: $name }) { id name address origin availability } }';
const ENROLL = `mutation ($input: EnrollAgentInput!) {
  enrollAgent(input: $input) { agentId credentialBlob encryptedSecret userErrors { code path } } }`;
const ACTIVATE = `mutation ($input: ActivateAgentInput!) {
  activateAgent(input: $input) { agentId token userErrors { code } } }`;

const DAY_MS = 86_400_000;
let seed = 5000;
export const newTpm = (): SoftwareTpm => createSoftwareTpm({ key: 'ecc', seed: ++seed });

/** What operators and machines do while machines join. */
export function joinWorld(server: TestServer, manager: string, project: string, now: () => Date = () => new Date()) {
  const world = {
    inADay: () => new Date(now().getTime() + DAY_MS).toISOString(),
    ask: (input: object, token = manager): Promise<Answer> =>
      server.graphql(CREATE_TOKEN, { input: { project: { id: project }, expiresAt: world.inADay(), ...input } }, token),
    async joinToken(input: object): Promise<{ id: string; token: string }> {
      const { body } = await world.ask(input);
      if (body.errors || body.data.createJoinToken.userErrors.length > 0) throw new Error(JSON.stringify(body));
      const { joinToken, token } = body.data.createJoinToken;
      return { id: joinToken.id, token };
    },
    enroll(token: string, ek: SoftwareTpm, ak: SoftwareTpm = ek): Promise<Answer> {
      const keys = { endorsementKey: ek.ekPublic.toString('base64'), attestationKey: ak.akPublic.toString('base64') };
      return server.graphql(ENROLL, { input: { enrollmentToken: token, ...keys } });
    },
    /** Ends what was begun with what the TPM makes of the credential. */
    activate(token: string, tpm: SoftwareTpm, { body }: Answer): Promise<Answer> {
      const { credentialBlob, encryptedSecret } = body.data.enrollAgent;
      const secret = tpm.activateCredential({
        credentialBlob: Buffer.from(credentialBlob, 'base64'),
        encryptedSecret: Buffer.from(encryptedSecret, 'base64'),
      });
      return server.graphql(ACTIVATE, { input: { enrollmentToken: token, secret: secret.toString('base64') } });
    },
    async join(token: string, tpm: SoftwareTpm = newTpm()): Promise<Json> {
      const { body } = await world.activate(token, tpm, await world.enroll(token, tpm));
      if (body.errors) throw new Error(JSON.stringify(body));
      return body.data.activateAgent;
    },
    async node(name: string): Promise<Json> {
      return (await server.graphql(NODE, { name }, manager)).body.data.node;
    },
    async used(id: string): Promise<Json> {
      const { body } = await server.graphql('{ joinTokens { nodes { id state usedCount } } }', {}, manager);
      return body.data.joinTokens.nodes.find((one: Json) => one.id === id);
    },
  };
  return world;
}

export { codeOf };
