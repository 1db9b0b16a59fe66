import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import {
  compileRuntimePolicy,
  openRuntimePolicy,
  type PathTable,
  parsePcrPolicy,
  RuntimePolicyError,
} from '../../src/attestation/runtime-policy/index.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { mutateBytes, mutateList, mutateText } from './mutate.js';
import { type Random, Tally, walk } from './walk.js';

const WHOLE = 250_000;
const WHOLE_PCRS = 50_000;
const NAMES = [
  '/usr/bin/bash',
  '/a b',
  '/é',
  'boot_aggregate',
  '/x\\y',
  '/"q"',
  '/😀',
  '\\n',
  '__proto__',
  '%keyring:.ima',
];
const KEYRING = '%keyring:';
type Lists = Readonly<Record<string, readonly string[]>>;

function table(random: Random): Lists {
  const names = Array.from({ length: 1 + random.below(4) }, () => random.pick(NAMES));
  const digests = () => Array.from({ length: 1 + random.below(2) }, () => digest(random));
  return Object.fromEntries(names.map((name) => [name, digests()]));
}

function digest(random: Random): string {
  const [name, size] = random.pick([
    ['sha1', 20],
    ['sha256', 32],
    ['sha384', 48],
    ['sha512', 64],
  ] as const);
  return `${random.chance(0.3) ? `${name}:` : ''}${random.bytes(size).toString('hex')}`;
}

function json(random: Random): string {
  const parts = Object.entries({
    meta: { version: 1 },
    digests: table(random),
    excludes: ['/tmp/', '/var/.*\\.log'],
    keyrings: table(random),
    ima: { ignored_keyrings: ['.x'], log_hash_alg: 'sha256', dm_policy: null },
    'ima-buf': table(random),
    'verification-keys': '',
  }).filter(([name]) => name === 'digests' || random.chance(0.3));
  const text = parts.map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  return `{${(random.chance(0.2) ? mutateList(random, text, () => '"digests":{}') : text).join(',')}}`;
}

function flat(random: Random): string {
  const lines = Object.entries(table(random)).map(([name, [first = '']]) => {
    const isEscaped = random.chance(0.3);
    return `${isEscaped ? '\\' : ''}${first}${random.pick(['  ', ' *', ' '])}${isEscaped ? name.replaceAll('\\', '\\\\') : name}\n`;
  });
  return (random.chance(0.3) ? mutateList(random, lines, () => '# a comment\n\r\n') : lines).join('');
}

function mutated(random: Random): Buffer {
  const text = random.chance(0.6) ? json(random) : flat(random);
  if (random.chance(0.3)) return mutateBytes(random, Buffer.from(text));
  return Buffer.from(random.chance(0.8) ? mutateText(random, text) : text);
}

function compiled(content: Buffer) {
  try {
    return openRuntimePolicy(compileRuntimePolicy(content));
  } catch (error) {
    if (!(error instanceof RuntimePolicyError)) throw error;
    if (error.problems.length === 0) throw new Error('a refusal without a problem');
    return null;
  }
}

/** What a list means, read a second time: by `JSON.parse`, or by one expression a line. */
function meaning(text: string): { readonly files: Lists; readonly keyrings: Lists; readonly buffers: Lists } {
  if (/^\s*\{/.test(text)) {
    const { digests, keyrings = {}, 'ima-buf': buffers = {} } = JSON.parse(text);
    return { files: digests, keyrings, buffers };
  }
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const entries = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, backslash, hex = '', name = ''] = /^(\\)?([^ ]+) [ *]?(.*)$/s.exec(line) ?? [];
      const plain = name.replace(/\\([\\nr])/g, (_, which) => ({ '\\': '\\', n: '\n', r: '\r' })[which as 'n'] ?? '');
      return [backslash === undefined ? name : plain, hex] as const;
    });
  const files = new Map<string, string[]>();
  const keyrings = new Map<string, string[]>();
  for (const [name, hex] of entries) {
    const [table, key] = name.startsWith(KEYRING) ? [keyrings, name.slice(KEYRING.length)] : [files, name];
    const listed = table.get(key) ?? [];
    // Of files only boot_aggregate may come again, and then its first digest counts.
    table.set(key, table === files && listed.length > 0 ? listed : [...listed, hex]);
  }
  return { files: Object.fromEntries(files), keyrings: Object.fromEntries(keyrings), buffers: {} };
}

/** Every digest of the meaning is found under its name, no other is, and there are no more names. */
function requireSame(table: PathTable, lists: Lists): void {
  const names = Object.keys(lists);
  if (table.count !== names.length) throw new Error(`${table.count} names instead of ${names.length}`);
  for (const name of names) {
    const bytes = Buffer.from(name);
    const record = table.find(bytes, 0, bytes.length);
    const wanted = (lists[name] ?? []).map((text) => text.replace(/^sha\d+:/, '').toLowerCase());
    const got = record < 0 ? [] : table.digestsOf(record, 1000).map((value) => Buffer.from(value).toString('hex'));
    if ([...new Set(got)].sort().join() !== [...new Set(wanted)].sort().join())
      throw new Error(`other digests of ${name}`);
    if (record >= 0 && table.hasDigest(record, sha256(name), 32)) throw new Error(`a digest nobody listed of ${name}`);
    const longer = Buffer.from(`${name}x`);
    if (!names.includes(`${name}x`) && table.find(longer, 0, longer.length) >= 0)
      throw new Error('a name nobody listed');
  }
}

describe('allowlists', () => {
  test('ok: a mutated list is refused with its problems, or means what it says', async () => {
    const tally = new Tally('lists');
    const total = await walk(WHOLE, (random) => {
      const content = mutated(random);
      const policy = compiled(content);
      tally.add(policy === null ? 'refused' : 'accepted');
      if (policy === null) return;
      if (!isUtf8(content)) throw new Error('accepted what is not UTF-8');
      try {
        const { files, keyrings, buffers } = meaning(content.toString());
        requireSame(policy.files, files);
        requireSame(policy.keyrings, keyrings);
        requireSame(policy.buffers, buffers);
      } catch (error) {
        throw new Error(`${(error as Error).message}: ${JSON.stringify(content.toString())}`);
      }
    });
    tally.print(total);
    for (const outcome of ['refused', 'accepted']) expect(tally.of(outcome), outcome).toBeGreaterThan(0);
  });

  test('ok: mutated PCR values are refused with their problems, or mean what they say', async () => {
    const tally = new Tally('PCR values');
    const total = await walk(WHOLE_PCRS, (random) => {
      const plain = { mask: '0x3', [random.below(26)]: [random.bytes(random.pick([20, 32, 33])).toString('hex')] };
      const text = mutateText(random, JSON.stringify(plain));
      try {
        const { values, pcrs } = parsePcrPolicy(text);
        const { mask = '0x0', ...wanted }: Record<string, string[] | string> = JSON.parse(text);
        const lower = JSON.parse(
          JSON.stringify(wanted)
            .toLowerCase()
            .replaceAll(/sha\d+:/g, ''),
        );
        // A single value stands for the array of it.
        for (const pcr of Object.keys(lower)) lower[pcr] = [lower[pcr]].flat();
        expect(values).toEqual(lower);
        const masked = Array.from({ length: 24 }, (_, pcr) => pcr).filter((pcr) => (Number(mask) >> pcr) & 1);
        const named = new Set([...masked, ...Object.keys(wanted).map(Number)]);
        expect(pcrs).toEqual([...named].sort((a, b) => a - b));
        tally.add('accepted');
      } catch (error) {
        if (!(error instanceof RuntimePolicyError))
          throw new Error(`${(error as Error).message}: ${JSON.stringify(text)}`);
        tally.add('refused');
      }
    });
    tally.print(total);
    for (const outcome of ['refused', 'accepted']) expect(tally.of(outcome), outcome).toBeGreaterThan(0);
  });
});
