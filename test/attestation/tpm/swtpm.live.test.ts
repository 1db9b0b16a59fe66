import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attestationKeyProblems,
  encodeCredentialFile,
  endorsementKeyProblems,
  makeCredential,
  parsePcrSerialized,
  parsePublicArea,
  parseQuote,
  parseSignature,
  pcrDigest,
  verifyQuoteSignature,
} from '../../../src/attestation/tpm/index.js';
import { missingSwtpmCommands, type Swtpm, startSwtpm } from '../../fakes/swtpm.js';

const missing = missingSwtpmCommands();
const kinds = missing.length === 0 ? (['rsa', 'ecc'] as const) : [];
const SCHEMES = { rsa: 'rsassa', ecc: 'ecdsa' };
const TIMEOUT_MS = 30_000;

describe('a software TPM of others’ making', () => {
  const outcome =
    missing.length === 0 ? 'ok: is installed' : `absent: ${missing.join(', ')} not installed, nothing was run`;

  test(outcome, () => {
    // A machine of its own may do without; the one that decides whether a change is good may not.
    expect(process.env.CI === undefined ? [] : missing).toEqual([]);
  });
});

for (const kind of kinds) {
  describe(`swtpm with ${kind} keys`, () => {
    let tpm: Swtpm;
    const read = (name: string) => readFileSync(join(tpm.folder, name));

    beforeAll(async () => {
      tpm = await startSwtpm();
      tpm.tpm2('createek', '-c', 'ek.ctx', '-G', kind, '-u', 'ek.pub');
      const ak = ['-c', 'ak.ctx', '-u', 'ak.pub', '-n', 'ak.name'];
      tpm.tpm2('createak', '-C', 'ek.ctx', '-G', kind, '-g', 'sha256', '-s', SCHEMES[kind], ...ak);
    }, TIMEOUT_MS);

    afterAll(() => tpm?.stop());

    test('ok: its keys are accepted, and have the Names that it gives them', () => {
      const ak = parsePublicArea(read('ak.pub'));
      expect(attestationKeyProblems(ak)).toEqual([]);
      expect(endorsementKeyProblems(parsePublicArea(read('ek.pub')))).toEqual([]);
      expect(read('ak.name').equals(ak.name)).toBe(true);
    });

    test('ok: it activates a credential, and gets its secret', { timeout: TIMEOUT_MS }, () => {
      const secret = randomBytes(32);
      const credential = makeCredential(parsePublicArea(read('ek.pub')), parsePublicArea(read('ak.pub')).name, secret);
      writeFileSync(join(tpm.folder, 'cred.blob'), encodeCredentialFile(credential));
      expect(activate(tpm).equals(secret)).toBe(true);
    });

    test('refused: it does not activate a credential made for another AK', { timeout: TIMEOUT_MS }, () => {
      const ek = parsePublicArea(read('ek.pub'));
      writeFileSync(join(tpm.folder, 'cred.blob'), encodeCredentialFile(makeCredential(ek, ek.name, randomBytes(32))));
      expect(() => activate(tpm)).toThrow('integrity check failed');
    });

    test('ok: its quote verifies, over the nonce and the PCRs asked for', { timeout: TIMEOUT_MS }, () => {
      const nonce = randomBytes(32);
      tpm.tpm2('pcrextend', `10:sha256=${randomBytes(32).toString('hex')}`);
      const output = ['-m', 'quote.msg', '-s', 'quote.sig', '-o', 'quote.pcrs'];
      tpm.tpm2('quote', '-c', 'ak.ctx', '-l', 'sha256:0,7,10', '-q', nonce.toString('hex'), '-g', 'sha256', ...output);
      const quote = parseQuote(read('quote.msg'));
      expect(
        verifyQuoteSignature(parsePublicArea(read('ak.pub')), read('quote.msg'), parseSignature(read('quote.sig'))),
      ).toBe(true);
      expect(nonce.equals(quote.extraData)).toBe(true);
      expect(quote.selections).toEqual([{ hash: 'sha256', pcrs: [0, 7, 10] }]);
      const reported = pcrDigest('sha256', quote.selections, parsePcrSerialized(read('quote.pcrs')));
      expect(Buffer.compare(reported, quote.pcrDigest)).toBe(0);
    });
  });
}

/** Runs ActivateCredential on `cred.blob`; the EK's policy asks for the endorsement hierarchy's consent. */
function activate(tpm: Swtpm): Buffer {
  tpm.tpm2('startauthsession', '--policy-session', '-S', 'session.ctx');
  try {
    tpm.tpm2('policysecret', '-S', 'session.ctx', '-c', 'e');
    tpm.tpm2(
      'activatecredential',
      '-c',
      'ak.ctx',
      '-C',
      'ek.ctx',
      '-P',
      'session:session.ctx',
      '-i',
      'cred.blob',
      '-o',
      'opened',
    );
  } finally {
    tpm.tpm2('flushcontext', 'session.ctx');
  }
  return readFileSync(join(tpm.folder, 'opened'));
}
