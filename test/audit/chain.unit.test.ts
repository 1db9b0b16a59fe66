import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
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
    }
  });
});
