import { describe, expect, test } from 'vitest';
import { ImaLogReader, PcrReplay } from '../../src/attestation/ima/index.js';
import { logLine, type Measurement } from '../attestation/ima/ima-log.js';
import { mutateBytes, mutateList, mutateText } from './mutate.js';
import { extended, referenceLines } from './reference-log.js';
import { type Random, Tally, walk } from './walk.js';

const WHOLE = 410_000;
const TEMPLATES = ['ima', 'ima-ng', 'ima-ngv2', 'ima-sig', 'ima-sigv2', 'ima-buf'] as const;
const NAMES = ['boot_aggregate', '/usr/bin/bash', '/a file with spaces', '/é/ü', 'kexec-cmdline', '.ima', '/tmp/x '];

/** A measurement such as a kernel makes, of any template. */
function measurement(random: Random): Measurement {
  const template = random.pick(TEMPLATES);
  const [algorithm, size] = random.pick([
    ['sha256', 32],
    ['sha1', 20],
    ['sha512', 64],
    ['md5', 16],
    ['sm3', 32],
  ] as const);
  const isLegacy = template === 'ima';
  return {
    path: random.pick(NAMES),
    template,
    algorithm: isLegacy ? 'sha1' : algorithm,
    digest: random.bytes(isLegacy ? 20 : size),
    digestType: random.pick(['ima', 'verity']),
    last: random.bytes(random.below(24)),
    isViolation: random.chance(0.1),
  };
}

function mutated(random: Random): Buffer {
  const lines = Array.from({ length: 1 + random.below(5) }, () => logLine(measurement(random)));
  const log = random.chance(0.2)
    ? mutateList(random, lines, () => logLine(measurement(random))).join('')
    : lines.join('');
  if (random.chance(0.5)) return mutateBytes(random, Buffer.from(log));
  return Buffer.from(random.chance(0.9) ? mutateText(random, log) : log);
}

/** A line that evidence can be accepted with; a text stands for what the reader made of any other. */
type Sound =
  | { readonly kind: 'ENTRY' | 'VIOLATION'; readonly name: string; readonly pcr: string }
  | 'MALFORMED'
  | 'WRONG HASH';

/** What the product's reader makes of a log, up to the first line that no evidence is accepted with. */
function read(log: Buffer): Sound[] {
  const reader = new ImaLogReader(log);
  const pcr = new PcrReplay('sha256', Buffer.alloc(32), Buffer.alloc(32));
  const lines: Sound[] = [];
  for (let kind = reader.next(); kind !== 'END'; kind = reader.next()) {
    if (kind === 'MALFORMED') return [...lines, kind];
    if (kind === 'ENTRY' && !reader.isTemplateHashRight) return [...lines, 'WRONG HASH'];
    if (kind === 'VIOLATION') pcr.extendViolation();
    else pcr.extend(reader.data);
    lines.push({ kind, name: log.toString('latin1', reader.nameStart, reader.nameEnd), pcr: pcr.value });
  }
  return lines;
}

function reference(log: Buffer): Sound[] {
  let pcr: Buffer = Buffer.alloc(32);
  const lines: Sound[] = [];
  for (const line of referenceLines(log)) {
    if (line.kind === 'MALFORMED') return [...lines, line.kind];
    if (line.kind === 'ENTRY' && !line.isTemplateHashRight) return [...lines, 'WRONG HASH'];
    pcr = extended(pcr, line);
    lines.push({ kind: line.kind, name: line.name.toString('latin1'), pcr: pcr.toString('hex') });
  }
  return lines;
}

/** A line that ends the reading may be called malformed by one and wrongly hashed by the other: both are fatal. */
const comparable = (lines: readonly Sound[]) =>
  JSON.stringify(lines.map((line) => (typeof line === 'string' ? 'REFUSED' : line)));

describe('IMA logs', () => {
  test('ok: a mutated log is read and replayed as the reference reads and replays it', async () => {
    const tally = new Tally('logs');
    const total = await walk(WHOLE, (random) => {
      const log = mutated(random);
      const [got, wanted] = [read(log), reference(log)];
      const detail = () => JSON.stringify({ log: log.toString('latin1'), got, wanted });
      if (comparable(got) !== comparable(wanted)) throw new Error(`read differently: ${detail()}`);
      for (const line of got) tally.add(typeof line === 'string' ? line : line.kind);
    });
    tally.print(total);
    for (const kind of ['ENTRY', 'VIOLATION', 'MALFORMED', 'WRONG HASH'])
      expect(tally.of(kind), kind).toBeGreaterThan(0);
  });
});
