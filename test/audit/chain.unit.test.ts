import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  checkSeals,
  type EntryForm,
  GENESIS,
  generateKey,
  nextPlace,
  parsePublicKeys,
  parseSigningKeys,
  type Seal,
  signPlace,
  verifyPlace,
} from '../../src/audit/chain/index.js';

const keys = parseSigningKeys(generateKey());
const NOW = new Date('2026-01-31T08:00:00Z');
const entry = (id: string): EntryForm => ({
  id,
  occurredAt: NOW.toISOString(),
  action: 'test.made',
  outcome: 'ALLOWED',
  actor: { kind: null, id: null, name: null, tokenId: null, scopeType: null, domainId: null, projectId: null },
  targetType: null,
  targetId: null,
  domainId: null,
  projectId: null,
  requestId: 'request',
  policy: null,
  details: {},
});

describe('the chain of audit entries', () => {
  test('refused: a signature under a head does not stand for a trim, nor the other way round', () => {
    const place = { seq: 7, hash: GENESIS.hash };
    for (const [said, other] of [
      ['head', 'trim'],
      ['trim', 'head'],
    ] as const) {
      const signed = signPlace(said, place, NOW, keys);
      expect(verifyPlace(said, signed, keys)).toBe('valid');
      expect(verifyPlace(other, signed, keys)).toBe('invalid');
    }
  });

  test('refused: a seal that names another entry than it seals', () => {
    const sealed = nextPlace(GENESIS, entry('a'));
    const seal = (entryId: string): Seal => ({ ...sealed, entryId, entry: entry('a'), head: null });
    expect(checkSeals(GENESIS, [seal('a')], keys).fault).toBeNull();
    expect(checkSeals(GENESIS, [seal('b')], keys).fault).toMatchObject({ seq: 1, entryId: 'b' });
  });
});

/** The seals of entries with these ids, one behind the other. */
function sealsOf(...ids: string[]): Seal[] {
  let place = GENESIS;
  return ids.map((id) => {
    place = nextPlace(place, entry(id));
    return { ...place, entryId: id, entry: entry(id), head: null };
  });
}
const faultOf = (seals: readonly Seal[]) => checkSeals(GENESIS, seals, keys).fault;

describe('canonicalJson', () => {
  test('ok: members sorted at every depth, lists as they are', () => {
    const value = { b: [2, 'é', null], a: { d: true, c: 0.5 }, B: '"' };
    expect(canonicalJson(value)).toBe('{"B":"\\"","a":{"c":0.5,"d":true},"b":[2,"é",null]}');
  });
});

describe('checkSeals', () => {
  const [a, b, c] = sealsOf('a', 'b', 'c') as [Seal, Seal, Seal];

  test('ok: up to the last seal', () => {
    expect(checkSeals(GENESIS, [a, b, c], keys)).toEqual({ place: { seq: 3, hash: c.hash }, fault: null });
  });

  test('refused: an entry that is other than it was sealed, alone and among others', () => {
    const changed = { ...b, entry: { ...entry('b'), action: 'test.other' } };
    const fault = { kind: 'CHANGED', seq: 2, entryId: 'b' };
    expect(checkSeals(GENESIS, [a, changed], keys)).toEqual({ place: { seq: 1, hash: a.hash }, fault });
    expect(faultOf([a, changed, c])).toEqual(fault);
  });

  test('refused: an entry or a seal that is gone', () => {
    expect(faultOf([a, { ...b, entry: null }, c])).toEqual({ kind: 'REMOVED', seq: 2, entryId: 'b' });
    expect(faultOf([a, c])).toEqual({ kind: 'REMOVED', seq: 2, entryId: null });
  });

  test('refused: an entry that belongs here and is sealed at another place, and a seal that was moved with its entry', () => {
    const fault = { kind: 'REORDERED', seq: 1, entryId: 'b' };
    expect(
      faultOf([
        { ...a, entryId: 'b', entry: b.entry },
        { ...b, entryId: 'a', entry: a.entry },
      ]),
    ).toEqual(fault);
    expect(
      faultOf([
        { ...b, seq: 1 },
        { ...a, seq: 2 },
      ]),
    ).toEqual(fault);
  });

  test('refused: a head of another place, with another signature, or of a key that is not given', () => {
    const headed = (head: Seal['head']) => faultOf([{ ...a, head }]);
    const signed = signPlace('head', a, NOW, keys);
    expect(headed(signed)).toBeNull();
    const fault = { seq: 1, entryId: null };
    expect(headed(signPlace('head', { ...a, hash: b.hash }, NOW, keys))).toEqual({ ...fault, kind: 'HEAD_MISMATCH' });
    expect(headed(signPlace('head', { ...a, seq: 2 }, NOW, keys))).toEqual({ ...fault, kind: 'HEAD_MISMATCH', seq: 2 });
    expect(headed({ ...signed, signature: signPlace('trim', a, NOW, keys).signature })).toEqual({
      ...fault,
      kind: 'HEAD_INVALID',
    });
    const other = parseSigningKeys(generateKey());
    expect(headed(signPlace('head', a, NOW, other))).toEqual({ ...fault, kind: 'KEY_UNKNOWN' });
  });
});

describe('a file of audit keys', () => {
  const pem = (type: 'rsa' | 'ec' | 'ed448'): string => {
    const options = { modulusLength: 2048, namedCurve: 'P-256' };
    const { privateKey } = generateKeyPairSync(type as 'rsa', options as { modulusLength: number });
    return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  };

  test.each(['rsa', 'ec', 'ed448'] as const)('refused: a key of the kind %s, first or behind a good one', (type) => {
    const wrong = pem(type);
    for (const file of [wrong, generateKey() + wrong]) {
      expect(() => parseSigningKeys(file)).toThrow('Ed25519');
      expect(() => parsePublicKeys(file)).toThrow('Ed25519');
      expect(() => parsePublicKeys('')).toThrow();
    }
  });
});
