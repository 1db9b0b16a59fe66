import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bootAggregates, PcrReplay } from '../../../src/attestation/ima/index.js';
import { DIGEST_BYTES, type HashAlgorithm, type PcrBanks } from '../../../src/attestation/tpm/index.js';

const ALGORITHMS = Object.keys(DIGEST_BYTES) as HashAlgorithm[];

describe('PcrReplay', () => {
  for (const algorithm of ALGORITHMS) {
    it(`ok: extends a ${algorithm} bank with the hash of template data, and with ones for a violation`, () => {
      const size = DIGEST_BYTES[algorithm];
      const hash = (...parts: Uint8Array[]) => createHash(algorithm).update(Buffer.concat(parts)).digest();
      const data = Buffer.from('template data');
      const first = hash(Buffer.alloc(size), hash(data));
      const second = hash(first, Buffer.alloc(size, 0xff));
      const replay = new PcrReplay(algorithm, Buffer.alloc(size), second);
      replay.extend(data);
      expect([replay.value, replay.isAtTarget]).toEqual([first.toString('hex'), false]);
      replay.extendViolation();
      expect([replay.value, replay.isAtTarget]).toEqual([replay.target, true]);
    });
  }

  it('ok: a replay that starts at the quoted value is there already', () => {
    const value = Buffer.alloc(32, 0xe9);
    expect(new PcrReplay('sha256', value, value).isAtTarget).toBe(true);
  });
});

describe('bootAggregates', () => {
  const bank = (algorithm: HashAlgorithm, count: number) =>
    new Map(Array.from({ length: count }, (_, pcr) => [pcr, Buffer.alloc(DIGEST_BYTES[algorithm], pcr + 1)]));
  const over = (algorithm: HashAlgorithm, banks: PcrBanks, from: HashAlgorithm, count: number) => {
    const values = [...(banks.get(from) ?? new Map<number, Uint8Array>()).values()].slice(0, count);
    return createHash(algorithm).update(Buffer.concat(values)).digest();
  };

  it('ok: PCRs 0–9 and 0–7 of each quoted bank, under the algorithm of the entry', () => {
    const banks: PcrBanks = new Map([
      ['sha1', bank('sha1', 11)],
      ['sha256', bank('sha256', 11)],
    ]);
    const wanted = [
      over('sha256', banks, 'sha256', 10),
      over('sha256', banks, 'sha256', 8),
      over('sha256', banks, 'sha1', 8),
    ];
    const found = bootAggregates('sha256', banks).map((value) => Buffer.from(value).toString('hex'));
    for (const value of wanted) expect(found).toContain(value.toString('hex'));
  });

  it('refused: a bank that lacks a boot PCR, or an algorithm that no bank has, yields nothing', () => {
    expect(bootAggregates('sha256', new Map([['sha256', bank('sha256', 7)]]))).toEqual([]);
    expect(bootAggregates('sm3', new Map([['sha256', bank('sha256', 11)]]))).toEqual([]);
  });
});
