import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Credential,
  encodeCredentialFile,
  makeCredential,
  parseCredentialFile,
  parsePublicArea,
} from '../../../src/attestation/tpm/index.js';
import { createSoftwareTpm } from '../../fakes/software-tpm.js';
import { fixture, hexFixture, thrownBy } from './fixtures.js';

const KINDS = ['rsa', 'ecc'] as const;

function areasOf(tpm: { ekPublic: Uint8Array; akPublic: Uint8Array }) {
  return { ek: parsePublicArea(tpm.ekPublic), ak: parsePublicArea(tpm.akPublic) };
}

/** One bit of one byte turned over. */
function damaged(bytes: Uint8Array, offset: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[offset] = (copy[offset] ?? 0) ^ 1;
  return copy;
}

describe.each(KINDS)('makeCredential for an %s EK', (key) => {
  const tpm = createSoftwareTpm({ key });
  const { ek, ak } = areasOf(tpm);

  test('ok: the TPM opens a secret of any length', () => {
    const secrets = fc.uint8Array({ minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(secrets, (secret) => tpm.activateCredential(makeCredential(ek, ak.name, secret)).equals(secret)),
      { numRuns: 20 },
    );
  });

  test('ok: two credentials for one secret have nothing in common', () => {
    const secret = Buffer.alloc(32, 7);
    const [one, two] = [makeCredential(ek, ak.name, secret), makeCredential(ek, ak.name, secret)];
    expect(one.credentialBlob).not.toEqual(two.credentialBlob);
    expect(one.encryptedSecret).not.toEqual(two.encryptedSecret);
  });

  test('refused: a TPM with the same AK Name claimed, but another EK', () => {
    const other = createSoftwareTpm({ key, seed: 2 });
    const credential = makeCredential(ek, parsePublicArea(other.akPublic).name, Buffer.alloc(32, 7));
    expect(() => other.activateCredential(credential)).toThrow();
  });

  test('refused: the right TPM, holding another AK', () => {
    const other = createSoftwareTpm({ key, seed: 2 });
    const credential = makeCredential(ek, parsePublicArea(other.akPublic).name, Buffer.alloc(32, 7));
    expect(() => tpm.activateCredential(credential)).toThrow('TPM_RC_INTEGRITY');
  });

  test('refused: a damaged credential', () => {
    const credential = makeCredential(ek, ak.name, Buffer.alloc(32, 7));
    const last = { blob: credential.credentialBlob.length - 1, secret: credential.encryptedSecret.length - 1 };
    const cases: Credential[] = [
      { ...credential, credentialBlob: damaged(credential.credentialBlob, last.blob) },
      { ...credential, credentialBlob: damaged(credential.credentialBlob, 4) },
      { ...credential, encryptedSecret: damaged(credential.encryptedSecret, last.secret) },
    ];
    for (const broken of cases) expect(() => tpm.activateCredential(broken)).toThrow();
  });

  test('invalid: a secret that is empty or longer than the digest', () => {
    expect(() => makeCredential(ek, ak.name, new Uint8Array())).toThrow('the secret has 0 bytes, 1 to 32 are allowed');
    expect(() => makeCredential(ek, ak.name, new Uint8Array(33))).toThrow(
      'the secret has 33 bytes, 1 to 32 are allowed',
    );
  });

  test('invalid: a key that is no endorsement key', () => {
    expect(() => makeCredential(ak, ak.name, Buffer.alloc(32))).toThrow('the endorsement key has no AES-CFB cipher');
  });

  test('ok: the software TPM opens what tpm2_makecredential made for it', () => {
    expect(tpm.ekPublic.equals(fixture(`software/${key}-ek.pub`))).toBe(true);
    const credential = parseCredentialFile(fixture(`${key}/credential.blob`));
    expect(tpm.activateCredential(credential).equals(hexFixture(`${key}/secret`))).toBe(true);
  });
});

describe('credential files', () => {
  test.each(KINDS)('ok: the %s file of tpm2-tools survives reading and writing', (key) => {
    const file = fixture(`${key}/credential.blob`);
    expect(Buffer.compare(encodeCredentialFile(parseCredentialFile(file)), file)).toBe(0);
  });

  test.each([
    ['another magic', damaged(fixture('ecc/credential.blob'), 0), 'credential file.magic at offset 0'],
    [
      'another version',
      damaged(fixture('ecc/credential.blob'), 7),
      'credential file.version at offset 4: unsupported version 0',
    ],
    ['a missing end', fixture('ecc/credential.blob').subarray(0, -1), 'credential file.encryptedSecret'],
    ['a tail', Buffer.concat([fixture('ecc/credential.blob'), Buffer.alloc(1)]), 'credential file.end'],
  ])('invalid: %s', (_what, bytes, message) => {
    expect(thrownBy(() => parseCredentialFile(bytes))).toMatchObject({
      name: 'TpmFormatError',
      message: expect.stringContaining(message),
    });
  });
});
