import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  encodePcrJson,
  parsePcrJson,
  parsePcrList,
  parsePcrSerialized,
  parsePublicArea,
  parseQuote,
  pcrDigest,
} from '../../../src/attestation/tpm/index.js';
import { qualifiedName } from '../../../src/demo/tpm/encoding.js';
import { createSoftwareTpm } from '../../fakes/software-tpm.js';
import { fixture } from './fixtures.js';

const NONCE = Buffer.alloc(32, 1);
const MEASURED = Array.from({ length: 11 }, (_, pcr) => pcr);

/** What record.sh extended every PCR with. */
function measurement(pcr: number): Buffer {
  return createHash('sha256').update(`measurement ${pcr}`).digest();
}

describe('SoftwareTpm', () => {
  test('ok: extending as the recorded TPM was extended gives its PCRs', () => {
    const tpm = createSoftwareTpm({ key: 'ecc' });
    for (const pcr of MEASURED) tpm.extend(pcr, { sha1: measurement(pcr).subarray(0, 20), sha256: measurement(pcr) });
    const recorded = parsePcrSerialized(fixture('ecc/quote-two-banks.pcrs'));
    const ours = tpm.quote({
      nonce: NONCE,
      selections: parsePcrList('sha1:0,1,2,3,4,5,6,7,8,9,10,11+sha256:0,1,2,3,4,5,6,7,8,9,10'),
    });
    expect(ours.pcrs).toBe(encodePcrJson(recorded));
  });

  test.each(['rsa', 'ecc'])('ok: names the signer of a quote as the recorded %s TPM does', (type) => {
    const names = ['ek', 'ak'].map((key) => parsePublicArea(fixture(`${type}/${key}.pub`)).name);
    const { qualifiedSigner } = parseQuote(fixture(`${type}/quote-two-banks.msg`));
    expect(Buffer.compare(qualifiedName(names), qualifiedSigner)).toBe(0);
  });

  test('ok: a quote states the digest of the values that it reports', () => {
    const tpm = createSoftwareTpm({ key: 'ecc' });
    tpm.extendDigest('sha256', 10, measurement(10));
    const { message, pcrs } = tpm.quote({ nonce: NONCE, pcrs: [0, 10, 17] });
    const { selections, pcrDigest: stated } = parseQuote(message);
    expect(Buffer.compare(pcrDigest('sha256', selections, parsePcrJson(pcrs)), stated)).toBe(0);
  });

  test('ok: a reboot and a restart clear PCRs, a resume keeps them, and each is told from the others', () => {
    const tpm = createSoftwareTpm({ key: 'ecc' });
    const state = () => {
      const { clockInfo } = parseQuote(tpm.quote({ nonce: NONCE, pcrs: [0] }).message);
      const isExtended = tpm
        .readPcrs('sha256', [0])
        .get(0)
        ?.some((byte) => byte !== 0);
      return [clockInfo.resetCount, clockInfo.restartCount, isExtended];
    };
    tpm.extendDigest('sha256', 0, NONCE);
    expect(state()).toEqual([1, 0, true]);
    tpm.resume();
    expect(state()).toEqual([1, 1, true]);
    tpm.restart();
    expect(state()).toEqual([1, 2, false]);
    tpm.extendDigest('sha256', 0, NONCE);
    tpm.reboot();
    expect(state()).toEqual([2, 0, false]);
  });

  test.each(['rsa', 'ecc'] as const)('ok: %s seeds give TPMs of their own, and the same seed the same one', (key) => {
    const publics = [1, 2, 3]
      .map((seed) => createSoftwareTpm({ key, seed }))
      .flatMap((tpm) => [tpm.ekPublic, tpm.akPublic]);
    expect(new Set(publics.map((area) => area.toString('hex'))).size).toBe(6);
    expect(createSoftwareTpm({ key, seed: 2 }).akPublic).toEqual(publics[3]);
  });
});
