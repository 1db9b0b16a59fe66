import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, codeOf, type Json, startTestServer, type TestServer } from '../../harness/server.js';

const CREATE = `mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) {
  allowlist { currentRevision { tpmPolicy tpmPcrs { pcr values } vtpmPolicy vtpmPcrs { pcr values } } }
  userErrors { message } } }`;

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  const scope = await server.project(await server.defaultDomainId());
  ({ token } = await server.token({ scope, role: 'manager' }));
});
afterAll(() => server.close());

async function revisionOf(input: object): Promise<Json> {
  const { body } = await server.graphql(CREATE, { input }, token);
  expect(body.errors).toBeUndefined();
  return body.data.createAllowlist.allowlist.currentRevision;
}

describe('AllowlistRevision.imaPolicyExcludes', () => {
  test('ok: what was given beside the list, so that a revision can be published again as it was', async () => {
    const read = `mutation ($input: CreateAllowlistInput!) { createAllowlist(input: $input) {
      allowlist { currentRevision { imaPolicyExcludes } } userErrors { message } } }`;
    const excludesOf = async (input: object) =>
      (await server.graphql(read, { input }, token)).body.data.createAllowlist.allowlist.currentRevision;
    const imaPolicy = { content: `${'ab'.repeat(32)}  /usr/bin/bash\n`, excludes: ['/tmp/.*', '/var/.*'] };
    expect(await excludesOf({ name: 'with', imaPolicy })).toEqual({ imaPolicyExcludes: ['/tmp/.*', '/var/.*'] });
    expect(await excludesOf({ name: 'none', tpmPolicy: '{}' })).toEqual({ imaPolicyExcludes: null });
  });
});

describe('AllowlistRevision.tpmPcrs and vtpmPcrs', () => {
  test('ok: the PCR policy by PCR, with the values as digests of their banks', async () => {
    const policy = { mask: '0x408000', 7: 'AB'.repeat(32), 10: ['0'.repeat(40), '1'.repeat(96)] };
    const revision = await revisionOf({ name: 'one', tpmPolicy: JSON.stringify(policy) });
    expect(revision).toEqual({
      tpmPolicy: JSON.stringify(policy),
      tpmPcrs: [
        { pcr: 7, values: [`sha256:${'ab'.repeat(32)}`] },
        { pcr: 10, values: [`sha1:${'0'.repeat(40)}`, `sha384:${'1'.repeat(96)}`] },
        { pcr: 15, values: [] },
        { pcr: 22, values: [] },
      ],
      vtpmPolicy: null,
      vtpmPcrs: null,
    });
  });

  test('ok: that of virtual TPMs is apart', async () => {
    const vtpmPolicy = JSON.stringify({ 0: '0'.repeat(128) });
    const { tpmPcrs, vtpmPcrs } = await revisionOf({ name: 'two', vtpmPolicy });
    expect([tpmPcrs, vtpmPcrs]).toEqual([null, [{ pcr: 0, values: [`sha512:${'0'.repeat(128)}`] }]]);
  });

  test('forbidden: to an API credential that does not list the policy for content', async () => {
    const scope = await server.project(await server.defaultDomainId());
    const manager = await server.token({ scope, role: 'manager' });
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const create = `mutation ($input: CreateApiCredentialInput!) { createApiCredential(input: $input) {
      apiCredential { id } key userErrors { message } } }`;
    const { body } = await server.graphql(
      create,
      { input: { name: 'ci', expiresAt, allowedPolicies: ['allowlist:get'] } },
      manager.token,
    );
    const { apiCredential, key } = body.data.createApiCredential;
    const read = (fields: string) =>
      server.graphql(
        `{ allowlists { nodes { currentRevision { ${fields} } } } }`,
        {},
        basic({ id: apiCredential.id, key }),
      );
    expect(codeOf(await read('number'))).toBeUndefined();
    for (const field of ['imaPolicyExcludes', 'tpmPcrs { pcr }', 'vtpmPcrs { pcr }'])
      expect(codeOf(await read(field))).toBe('FORBIDDEN');
  });
});
