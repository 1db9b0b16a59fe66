import { describe, expect, test } from 'vitest';
import { type Content, differenceOf, SHOWN_MAX } from '../../console/src/pages/allowlists/diff.js';
import { DraftProblem, EMPTY, settle } from '../../console/src/pages/allowlists/draft.js';
import { entriesOf } from '../../console/src/pages/allowlists/missing-entries.js';
import { pcrRulesIn } from '../../console/src/pages/allowlists/pcr-rules.js';
import { readPolicy, withEntries } from '../../console/src/pages/allowlists/runtime-policy.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const entry = { path: '/bin/new', digest: `sha256:${B}` };

describe('withEntries', () => {
  test('ok: a line more, written as sha256sum writes it', () => {
    expect(withEntries(`${A}  /bin/a`, [entry])).toBe(`${A}  /bin/a\n${B}  /bin/new\n`);
    expect(withEntries('', [{ path: '/tmp/a\nb\\c', digest: B }])).toBe(`\\${B}  /tmp/a\\nb\\\\c\n`);
  });

  test('ok: a second digest of a path makes lines into JSON, since lines have no place for it', () => {
    const whole = withEntries(`${A}  /bin/a\n${A}  %keyring:.ima\n`, [{ path: '/bin/a', digest: B }]);
    expect(JSON.parse(whole ?? '')).toEqual({ digests: { '/bin/a': [A, B] }, keyrings: { '.ima': [A] } });
  });

  test('ok: JSON keeps everything else that it says', () => {
    const text = JSON.stringify({ meta: { version: 1 }, digests: { '/bin/a': [A] }, excludes: ['/tmp/.*'] });
    const whole = withEntries(text, [entry, { path: '/bin/a', digest: `sha256:${B}` }]);
    expect(JSON.parse(whole ?? '')).toEqual({
      meta: { version: 1 },
      digests: { '/bin/a': [A, B], '/bin/new': [B] },
      excludes: ['/tmp/.*'],
    });
  });

  test('ok: what is listed already is not listed twice', () => {
    expect(withEntries(`${B}  /bin/new\n`, [entry])).toBe(`${B}  /bin/new\n`);
  });

  test('ok: a path that is a word of JavaScript is a path as any other', () => {
    const whole = withEntries(`{"digests": {"__proto__": ["${A}"]}}`, [{ path: '__proto__', digest: B }]);
    expect(readPolicy(whole ?? '')?.digests.get('__proto__')).toEqual(new Set([A, B]));
  });

  test('invalid: nothing is added to what cannot be read', () => {
    expect(withEntries('{"digests": ', [entry])).toBeNull();
  });
});

const content = (imaPolicy: string | null, more: Partial<Content> = {}): Content => ({
  imaPolicy,
  imaPolicySize: imaPolicy?.length ?? null,
  imaPolicyExcludes: null,
  tpmPcrs: null,
  vtpmPcrs: null,
  ...more,
});

describe('differenceOf', () => {
  test('ok: paths and digests that came, went and changed, whatever the form of the list', () => {
    const before = content(`${A}  /bin/gone\n${A}  /bin/kept\n${A}  /bin/other\n`);
    const after = content(JSON.stringify({ digests: { '/bin/kept': [A], '/bin/other': [B], '/bin/new': [B] } }));
    expect(differenceOf(before, after)).toEqual([
      {
        title: 'Files',
        total: 3,
        changes: [
          { kind: 'changed', name: '/bin/other', before: [A], after: [B] },
          { kind: 'added', name: '/bin/new', before: [], after: [B] },
          { kind: 'removed', name: '/bin/gone', before: [A], after: [] },
        ],
      },
    ]);
  });

  test('ok: excludes in the list and beside it, keyrings, and PCRs', () => {
    const before = content('{"digests": {}, "excludes": ["/tmp/.*"]}', { tpmPcrs: [{ pcr: 7, values: ['sha256:1'] }] });
    const after = content('{"digests": {}, "keyrings": {".ima": ["cc"]}}', {
      imaPolicyExcludes: ['/var/.*'],
      tpmPcrs: [{ pcr: 7, values: ['sha256:2'] }],
    });
    const sections = differenceOf(before, after) ?? [];
    expect(sections.map(({ title, total }) => [title, total])).toEqual([
      ['Excludes', 2],
      ['Keyrings', 1],
      ['PCRs of physical TPMs', 1],
    ]);
  });

  test('ok: nothing between equal revisions', () => {
    expect(differenceOf(content(`${A}  /bin/a`), content(`${A} */bin/a\n`))).toEqual([]);
  });

  test('ok: a long difference is counted whole and shown in part', () => {
    const many = Array.from({ length: SHOWN_MAX + 50 }, (_, number) => `${A}  /bin/${number}`).join('\n');
    const [files] = differenceOf(content(null), content(many)) ?? [];
    expect([files?.total, files?.changes.length]).toEqual([SHOWN_MAX + 50, SHOWN_MAX]);
  });

  test('invalid: a list that was too large to be read is not taken for an empty one', () => {
    expect(differenceOf(content(null, { imaPolicySize: 9_000_000 }), content(''))).toBeNull();
    expect(differenceOf(content('{'), content(''))).toBeNull();
  });
});

describe('settle', () => {
  const read = () => Promise.reject(new Error('not asked for'));

  test('invalid: a revision that says nothing, or that has excludes of nothing', async () => {
    await expect(settle(EMPTY, [], read)).rejects.toThrow(DraftProblem);
    await expect(settle({ ...EMPTY, excludes: '/tmp', tpmPolicy: '{}' }, [], read)).rejects.toThrow(DraftProblem);
  });

  test('ok: the chosen files are added to what was typed', async () => {
    const { policy, excludes, tpmPolicy } = await settle({ ...EMPTY, excludes: '/tmp/.*\n\n' }, [entry], read);
    expect([await policy?.text(), excludes, tpmPolicy]).toEqual([`${B}  /bin/new\n`, ['/tmp/.*'], null]);
  });

  test('ok: a stored list is read to add to it, and taken as it is otherwise', async () => {
    const stored = { ...EMPTY, source: { kind: 'stored', revisionId: 'r', size: 1 } } as const;
    const { policy } = await settle(stored, [entry], async () => new Blob([`${A}  /bin/a\n`]));
    expect(await policy?.text()).toBe(`${A}  /bin/a\n${B}  /bin/new\n`);
  });
});

describe('entriesOf', () => {
  test('ok: the files that the list lacks, each once; what no digest puts right is left out', () => {
    const one = { code: 'IMA_NOT_IN_ALLOWLIST', path: '/bin/x', got: `sha256:${A}`, layer: 'servers' };
    const failures = [one, one, { ...one, code: 'PCR_VALUE_MISMATCH' }, { ...one, path: null }];
    expect(entriesOf(failures)).toEqual([{ path: '/bin/x', digest: `sha256:${A}` }]);
  });
});

describe('pcrRulesIn', () => {
  test('ok: values with the bank of their length, as the API tells them', () => {
    expect(pcrRulesIn(`{"mask": "0x80", "7": "${A.toUpperCase()}"}`)).toEqual([{ pcr: 7, values: [`sha256:${A}`] }]);
    expect([pcrRulesIn(' '), pcrRulesIn('{')]).toEqual([null, null]);
  });
});
