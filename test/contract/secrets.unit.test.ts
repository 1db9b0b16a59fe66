import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  BEARERS,
  type Bearer,
  bearerHash,
  hashSecret,
  isBearer,
  isKeptBearer,
  isSecret,
  newBearer,
} from '../../src/platform/secrets.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const HOME = 'platform/secrets.ts';

/** What makes random bytes or compares them, and is no secret of the server's, or must stay free of everything. */
const ELSEWHERE = {
  'attestation/challenges/challenge.ts': 'the random part of a challenge, which is no secret',
  'attestation/log-in/nonce.ts': 'the random part of a nonce, which is no secret',
  'attestation/tpm/credential.ts': 'the seed of a TPM credential; the verifier imports nothing of the platform',
  'attestation/verifier/quote.ts': 'compares what a quote attests; the verifier imports nothing of the platform',
  'cli/common/files.ts': 'the name of a file',
};

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .sort();
const holding = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(join(SRC, file), 'utf8')));

const KINDS = Object.keys(BEARERS) as Bearer[];

describe('secrets', () => {
  test('ok: one file makes them and compares them', () => {
    const makers = holding(/\b(randomBytes|randomFill(Sync)?|getRandomValues|timingSafeEqual)\b/);
    expect(makers).toEqual([...Object.keys(ELSEWHERE), HOME].sort());
  });

  test('ok: one file knows how they begin', () => {
    expect(holding(/['"`^]bw[a-z]_/)).toEqual([HOME]);
  });
});

describe.each(KINDS)('%s', (bearer) => {
  const secret = newBearer(bearer);

  test('ok: it begins with its prefix, as no other does, and has 256 random bits behind it', () => {
    const { prefix } = BEARERS[bearer];
    expect(KINDS.filter((kind) => secret.startsWith(BEARERS[kind].prefix))).toEqual([bearer]);
    expect(Buffer.from(secret.slice(prefix.length), 'base64url')).toHaveLength(32);
    expect(newBearer(bearer)).not.toBe(secret);
  });

  test('invalid: what is longer, shorter, of another alphabet or of another kind has not its form', () => {
    expect(isBearer(bearer, secret)).toBe(true);
    const others = KINDS.filter((kind) => kind !== bearer).map(newBearer);
    const wrong = ['', `${secret}A`, secret.slice(0, -1), `${secret.slice(0, -1)}+`, `${secret}\n`, ` ${secret}`];
    expect([...wrong, ...others].filter((text) => isBearer(bearer, text))).toEqual([]);
  });

  test('refused: it is known by the hash that is kept, and by no other', () => {
    const kept = bearerHash(bearer, secret);
    expect(kept).not.toContain(secret.slice(4));
    expect(isKeptBearer(bearer, secret, kept)).toBe(true);
    const wrong = [
      null,
      '',
      kept.slice(0, -1),
      bearerHash(bearer, newBearer(bearer)),
      secret,
      '\0'.repeat(kept.length),
    ];
    expect(wrong.filter((hash) => isKeptBearer(bearer, secret, hash))).toEqual([]);
  });
});

describe('hashSecret', () => {
  test('ok: hashes that are kept keep their meaning', () => {
    // printf %s abc | sha256sum
    const hex = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hashSecret('abc', 'hex')).toBe(hex);
    expect(hashSecret('abc')).toBe(Buffer.from(hex, 'hex').toString('base64'));
    expect([bearerHash('token', 'abc'), bearerHash('apiCredentialKey', 'abc')]).toEqual([hex, hex]);
    expect(bearerHash('enrollmentToken', 'abc')).toBe(hashSecret('abc'));
    expect(isSecret(Buffer.from('abc'), hashSecret('abc'))).toBe(true);
    expect(isSecret('abc', null)).toBe(false);
  });
});
