import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, intervalMs } from '../../src/cli/attestation/machine/backoff.js';
import { canTravelInline, entriesFrom } from '../../src/cli/attestation/machine/ima-log.js';
import { describeFailure, describeResult } from '../../src/cli/attestation/machine/report.js';

describe('entriesFrom', () => {
  const log = Buffer.from('zero\none\ntwo\n');

  test.each([
    [0, 'zero\none\ntwo\n'],
    [2, 'two\n'],
    [3, ''],
  ])('ok: from entry %i', (entry, text) => expect(entriesFrom(log, entry)?.toString()).toBe(text));

  test('ok: a log with fewer entries has none to continue with', () => expect(entriesFrom(log, 4)).toBeNull());

  test('ok: what was sent and what follows make the whole log', () => {
    const lines = fc.array(fc.stringMatching(/^[a-z ]{0,5}$/));
    fc.assert(
      fc.property(lines, fc.nat(20), (entries, at) => {
        const whole = Buffer.from(entries.map((entry) => `${entry}\n`).join(''));
        const rest = entriesFrom(whole, at);
        expect(rest?.toString() ?? null).toBe(
          at > entries.length
            ? null
            : entries
                .slice(at)
                .map((entry) => `${entry}\n`)
                .join(''),
        );
      }),
    );
  });
});

describe('canTravelInline', () => {
  test('ok: text does', () => expect(canTravelInline(Buffer.from('10 … /ü\n'))).toBe(true));
  test('ok: a name that is not UTF-8 would not survive JSON', () => {
    expect(canTravelInline(Buffer.from([0x2f, 0xff, 0x0a]))).toBe(false);
  });
  test('ok: more than 8 MiB goes through the upload door', () => {
    expect(canTravelInline(Buffer.alloc(8 * 2 ** 20, 'a'))).toBe(true);
    expect(canTravelInline(Buffer.alloc(8 * 2 ** 20 + 1, 'a'))).toBe(false);
  });
});

describe('backoffMs', () => {
  test('ok: doubles from a second to five minutes', () => {
    expect([1, 2, 3, 9, 10, 1000].map((failures) => backoffMs(failures, 0))).toEqual([
      1e3, 2e3, 4e3, 256e3, 300e3, 300e3,
    ]);
  });

  test('ok: is spread over the upper half', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), random, (failures, share) => {
        const longest = backoffMs(failures, 0);
        expect(backoffMs(failures, share)).toBeGreaterThan(longest / 2 - 1);
        expect(backoffMs(failures, share)).toBeLessThanOrEqual(longest);
      }),
    );
  });
});

describe('intervalMs', () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  test.each([
    ['ok: what lies between', at(100), at(220), 120_000],
    ['ok: at least a second, whatever the server says', at(100), at(0), 1_000],
    ['ok: at most a day', at(0), at(1e6), 86_400_000],
    ['ok: five minutes when nothing is said', at(0), null, 300_000],
    ['ok: five minutes when rubbish is said', at(0), 'soon', 300_000],
  ])('%s', (_outcome, from, to, interval) => expect(intervalMs(from, to)).toBe(interval));
});

describe('what people read of a result', () => {
  const failure = {
    code: 'IMA_DIGEST_MISMATCH',
    severity: 'ERROR',
    message: 'A measured file is listed, but with other digests.',
  };

  test('ok: path, expected and got', () => {
    expect(
      describeFailure({
        ...failure,
        entry: 7,
        path: '/usr/bin/x',
        expected: ['sha256:aa', 'sha256:bb'],
        got: 'sha256:cc',
      }),
    ).toBe('  ERROR IMA_DIGEST_MISMATCH at entry 7 /usr/bin/x: expected sha256:aa or sha256:bb, got sha256:cc');
  });

  test('ok: nulls of the API count as absent', () => {
    expect(describeFailure({ ...failure, pcr: null, entry: null, path: null, expected: null, got: null })).toBe(
      '  ERROR IMA_DIGEST_MISMATCH: A measured file is listed, but with other digests.',
    );
  });

  test('ok: a path cannot steer the terminal', () => {
    expect(describeFailure({ ...failure, path: '/a\u001b]0;x\u0007' })).toContain('/a\\u{1b}]0;x\\u{7}');
  });

  test('ok: failures past the listed ones are counted', () => {
    const result = {
      verdict: 'REJECTED',
      failures: [failure],
      counts: { attestedEntries: 9, failures: 5 },
      stateAfter: 'FAILED',
      receivedAt: '',
    } as const;
    expect(describeResult(result)).toEqual([
      'REJECTED: 9 IMA entries attested, the agent is FAILED',
      '  ERROR IMA_DIGEST_MISMATCH: A measured file is listed, but with other digests.',
      '  … 5 failures in all',
    ]);
  });
});

describe('the agent’s modules', () => {
  const source = new URL('../../src/', import.meta.url);

  /** Every module that a module imports, its own included. */
  function closure(url: URL, seen = new Map<string, string[]>()): Map<string, string[]> {
    if (seen.has(url.href)) return seen;
    const text = readFileSync(url, 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier ?? '');
    seen.set(
      url.href,
      specifiers.filter((specifier) => !specifier.startsWith('.')),
    );
    for (const specifier of specifiers) {
      if (specifier.startsWith('.')) closure(new URL(specifier.replace(/\.js$/, '.ts'), url), seen);
    }
    return seen;
  }

  test('ok: nothing of a database is among them', () => {
    const modules = new Map<string, string[]>();
    const folder = new URL('cli/attestation/machine/', source);
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts')))
      closure(new URL(name, folder), modules);
    const packages = new Set([...modules.values()].flat().filter((name) => !name.startsWith('node:')));
    // The types of documents, and a cache of keys, which needs nothing itself.
    expect([...packages].sort()).toEqual(['@graphql-typed-document-node/core', 'lru-cache']);
    expect([...modules.keys()].filter((href) => /\/src\/(db|server|identity|authority)\//.test(href))).toEqual([]);
  });
});
