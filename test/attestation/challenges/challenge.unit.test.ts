import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Asked, makeChallenge, readChallenge, stateOf } from '../../../src/attestation/challenges/challenge.js';
import type { RecordRow } from '../../../src/attestation/records/tables.js';

const KEY = Buffer.alloc(32, 7);
const AGENT = 'agt_00000000-0000-7000-8000-000000000001';
const BANKS = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
const PCRS = Array.from({ length: 24 }, (_, pcr) => pcr);

const anAsked: fc.Arbitrary<Asked> = fc.record({
  number: fc.nat(2 ** 31 - 1),
  expiresAt: fc.nat(2 ** 31).map((seconds) => new Date(seconds * 1000 + 1)),
  imaOffset: fc.maxSafeNat().map((entries) => entries % 2 ** 48),
  pcrs: fc.subarray(PCRS),
  hashAlgorithms: fc.subarray([...BANKS]),
});

describe('a challenge', () => {
  test('ok: its id says all of it to who has the key, and to nobody else', () => {
    fc.assert(
      fc.property(anAsked, (asked) => {
        const made = makeChallenge(KEY, AGENT, asked);
        expect(readChallenge(KEY, AGENT, made.id)).toEqual(made);
        expect(readChallenge(KEY, `${AGENT}0`, made.id)).toBeNull();
        expect(readChallenge(Buffer.alloc(32, 8), AGENT, made.id)).toBeNull();
        expect(made.id).toMatch(/^att_[\w-]{72}$/);
      }),
    );
  });

  test('refused: an id of which anything was changed, and any other text', () => {
    const aChange = fc.tuple(anAsked, fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(aChange, ([asked, place, bits]) => {
        const { id } = makeChallenge(KEY, AGENT, asked);
        const bytes = Buffer.from(id.slice(4), 'base64url');
        bytes.writeUInt8((bytes[place % bytes.length] ?? 0) ^ bits, place % bytes.length);
        expect(readChallenge(KEY, AGENT, `att_${bytes.toString('base64url')}`)).toBeNull();
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => readChallenge(KEY, AGENT, text) === null));
    const { id } = makeChallenge(KEY, AGENT, { ...fc.sample(anAsked, 1)[0] } as Asked);
    for (const other of [id.slice(4), ` ${id}`, `${id}\n`, `${id}AAAA`, id.slice(0, -4), id.toUpperCase()])
      expect(readChallenge(KEY, AGENT, other)).toBeNull();
  });

  test('ok: one counts until another answer, or an operation on the agent, moves the number', () => {
    const asked = { number: 4, expiresAt: new Date(0), imaOffset: 0, pcrs: [0], hashAlgorithms: ['sha256' as const] };
    const [one, beside] = [makeChallenge(KEY, AGENT, asked), makeChallenge(KEY, AGENT, asked)];
    expect(one.id).not.toBe(beside.id);
    const at = (challengeNumber: number, answeredChallenge: string | null) =>
      [one, beside].map((challenge) => stateOf(challenge, { challengeNumber, answeredChallenge } as RecordRow));
    expect(at(4, null)).toEqual(['OPEN', 'OPEN']);
    expect(at(5, one.id)).toEqual(['USED', 'VOID']);
    expect(at(6, one.id)).toEqual(['USED', 'VOID']);
    expect(at(6, 'att_another')).toEqual(['VOID', 'VOID']);
    // As after a restored backup.
    expect(at(3, null)).toEqual(['VOID', 'VOID']);
  });
});
