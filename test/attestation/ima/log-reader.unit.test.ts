import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImaLine, ImaLogReader, MAX_LINE_BYTES } from '../../../src/attestation/ima/index.js';
import { fileSignature, logLine, type Measurement, sha1, sha256, templateData } from './ima-log.js';

function only(text: string): { line: ImaLine; reader: ImaLogReader } {
  const reader = new ImaLogReader(Buffer.from(text));
  return { line: reader.next(), reader };
}

function lines(text: string): ImaLine[] {
  const reader = new ImaLogReader(Buffer.from(text));
  const found: ImaLine[] = [];
  for (let line = reader.next(); line !== 'END'; line = reader.next()) found.push(line);
  return found;
}

const MEASUREMENTS: readonly Measurement[] = [
  { path: '/usr/bin/bash', template: 'ima', digest: sha1('content') },
  { path: '/usr/bin/bash' },
  { path: '/usr/bin/old', digest: sha1('content'), algorithm: 'sha1' },
  { path: '/usr/bin/bash', template: 'ima-ngv2' },
  { path: '/usr/bin/bash', template: 'ima-ngv2', digestType: 'verity' },
  { path: '/usr/bin/bash', template: 'ima-sig' },
  { path: '/usr/bin/bash', template: 'ima-sig', last: fileSignature(Buffer.alloc(256, 1)) },
  {
    path: '/usr/bin/bash',
    template: 'ima-sigv2',
    last: fileSignature(Buffer.alloc(71, 7), { type: 0x06, version: 3 }),
  },
  { path: '.ima', template: 'ima-buf', last: Buffer.alloc(10_000, 0x30) },
  { path: '/opt/my app/run me' },
  { path: '/opt/my app/run me', template: 'ima-sig' },
  { path: '/opt/my app/run me', template: 'ima', digest: sha1('content') },
  { path: '/home/ä/\u{1f600}' },
];

const good = logLine({ path: '/bin/true' });

describe('ImaLogReader', () => {
  for (const measurement of MEASUREMENTS) {
    const { template = 'ima-ng', path, algorithm = '' } = measurement;
    it(`ok: ${template} ${algorithm} of ${path} has the template data that the kernel hashes`, () => {
      const { line, reader } = only(logLine(measurement));
      expect(line).toBe('ENTRY');
      expect(reader.isTemplateHashRight).toBe(true);
      expect(reader.data.equals(templateData(measurement))).toBe(true);
      expect(reader.name).toBe(path);
      expect(reader.next()).toBe('END');
    });
  }

  it('ok: templates and algorithms may change from line to line', () => {
    const log = Buffer.from(MEASUREMENTS.map(logLine).join(''));
    const reader = new ImaLogReader(log);
    for (const measurement of [...MEASUREMENTS]) {
      expect(reader.next()).toBe('ENTRY');
      expect(reader.data.equals(templateData(measurement))).toBe(true);
      expect(reader.digest.subarray(0, reader.digestSize).equals(measurement.digest ?? sha256(measurement.path))).toBe(
        true,
      );
    }
    expect(reader.index).toBe(MEASUREMENTS.length - 1);
  });

  it('ok: a name is hashed whole whatever its length, also where memory grows, and so is what comes after it', () => {
    const names = Array.from({ length: 40 }, (_, n) => `/${'n'.repeat(8110 + n)}`);
    for (const path of [...names, `/${'n'.repeat(60_000)}`]) {
      const measurements = [{ path: '/bin/true' }, { path }, { path: '/bin/last' }];
      const reader = new ImaLogReader(Buffer.from(measurements.map(logLine).join('')));
      for (const measurement of measurements) {
        expect([reader.next(), reader.isTemplateHashRight]).toEqual(['ENTRY', true]);
        expect(reader.data.equals(templateData(measurement))).toBe(true);
      }
    }
  });

  it('ok: the digest of a violation is zeros, not that of the entry before it', () => {
    const violation = logLine({ path: '/bin/true', isViolation: true });
    const reader = new ImaLogReader(Buffer.from(`${good}${violation}${good}`));
    expect([reader.next(), reader.next()]).toEqual(['ENTRY', 'VIOLATION']);
    expect(reader.digest.subarray(0, reader.digestSize).equals(Buffer.alloc(32))).toBe(true);
    expect([reader.next(), reader.isTemplateHashRight]).toEqual(['ENTRY', true]);
  });

  it('ok: what a digest is of is that of its own line', () => {
    const of = { path: '/bin/true', template: 'ima-ngv2' } as const;
    const types = ['verity', 'ima', 'verity'] as const;
    const reader = new ImaLogReader(Buffer.from(types.map((digestType) => logLine({ ...of, digestType })).join('')));
    for (const type of types) expect([reader.next(), reader.isFileDigest]).toEqual(['ENTRY', type === 'ima']);
  });

  it('ok: an entry as Linux 6 printed it', () => {
    const line =
      '10 1d8d532d463c9f8c205d0df7787669a85f93e260 ima-ng sha1:0000000000000000000000000000000000000000 boot_aggregate\n';
    const { reader } = only(line);
    expect(reader.name).toBe('boot_aggregate');
    expect(reader.isTemplateHashRight).toBe(true);
  });

  it('ok: the template hash may be printed in SHA-256', () => {
    const measurement = { path: '/bin/true' };
    const hash = sha256(templateData(measurement)).toString('hex');
    const { line, reader } = only(logLine(measurement).replace(/^10 [0-9a-f]+/, `10 ${hash}`));
    expect([line, reader.isTemplateHashRight]).toEqual(['ENTRY', true]);
  });

  it('ok: the last line needs no newline, and an empty log has no line', () => {
    expect(lines(logLine({ path: '/a' }).trimEnd())).toEqual(['ENTRY']);
    expect(lines('')).toEqual([]);
  });

  it('violation: a template hash of zeros, and zeros for the digest', () => {
    for (const template of ['ima-ng', 'ima-ngv2', 'ima-sig', 'ima-sigv2', 'ima'] as const) {
      const digest = template === 'ima' ? { digest: Buffer.alloc(20) } : {};
      const { line, reader } = only(logLine({ path: '/var/log/my log', template, isViolation: true, ...digest }));
      expect([line, reader.name]).toEqual(['VIOLATION', '/var/log/my log']);
    }
  });

  it('violation: older kernels print as many zeros as SHA-1 has', () => {
    const short = logLine({ path: '/a', digest: Buffer.alloc(20), isViolation: true });
    expect(short).toContain(` sha256:${'0'.repeat(40)} /a`);
    expect(lines(short + good)).toEqual(['VIOLATION', 'ENTRY']);
  });

  it('invalid: another path than was hashed does not agree with the template hash', () => {
    const { line, reader } = only(logLine({ path: '/bin/evil' }).replace('/bin/evil', '/bin/good'));
    expect([line, reader.isTemplateHashRight]).toEqual(['ENTRY', false]);
  });

  const violation = logLine({ path: '/bin/true', isViolation: true });
  const signedViolation = logLine({ path: '/a', template: 'ima-sig', isViolation: true });
  const digest = sha256('/bin/true').toString('hex');
  const malformed: Record<string, [string, RegExp]> = {
    'an empty line': ['\n', /PCR 10/],
    'another PCR': [good.replace(/^10/, '11'), /PCR 10/],
    'a template hash that is too short': [good.replace(/^10 ../, '10 '), /template hash/],
    'an unknown template': [good.replace('ima-ng', 'ima-xx'), /template is not known/],
    'an unknown algorithm': [good.replace('sha256:', 'sha257:'), /algorithm/],
    'no algorithm': [good.replace('sha256:', ''), /algorithm/],
    'a digest in upper case': [good.replace(digest, digest.toUpperCase()), /lower-case/],
    'a digest that is too short': [good.replace(digest, digest.slice(2)), /length/],
    'no name': [good.replace('/bin/true', ''), /name is missing/],
    'nothing after the template': ['10 '.padEnd(43, 'a').concat(' ima-ng\n'), /template|digest/],
    'no name before a signature': [
      logLine({ path: '', template: 'ima-sig', last: fileSignature(Buffer.alloc(64)) }),
      /field after the name is missing/,
    ],
    'a name with NUL': [good.replace('/bin/true', '/bin/\0true'), /NUL/],
    'a type in a template without types': [good.replace('sha256:', 'ima:sha256:'), /algorithm/],
    'an unknown digest type': [logLine({ path: '/a', template: 'ima-ngv2' }).replace('ima:sha', 'foo:sha'), /verity/],
    'an algorithm in the oldest template': [good.replace('ima-ng', 'ima'), /no algorithm/],
    'a signature that is missing with its space': [
      logLine({ path: '/a', template: 'ima-sig' }).replace(' \n', '\n'),
      /missing/,
    ],
    'a signature that is not hex': [logLine({ path: '/a', template: 'ima-sig' }).replace('\n', 'zz\n'), /hex/],
    'half a byte of signature': [logLine({ path: '/a', template: 'ima-sig' }).replace('\n', 'abc\n'), /hex/],
    'a signature that is none': [
      logLine({ path: '/a', template: 'ima-sig', last: Buffer.alloc(20, 0x30) }),
      /type of the signature/,
    ],
    'a signature that is cut short': [
      logLine({ path: '/a', template: 'ima-sigv2', last: fileSignature(Buffer.alloc(64)).subarray(0, -1) }),
      /as long as its header/,
    ],
    'a legacy name over 255 bytes': [`10 ${'a'.repeat(40)} ima ${'b'.repeat(40)} /${'c'.repeat(255)}\n`, /255/],
    'a violation without an algorithm': [violation.replace('sha256:', ''), /algorithm/],
    'a violation of an unknown algorithm': [violation.replace('sha256:', 'sha257:'), /algorithm/],
    'a violation with a digest': [violation.replace('0 /', '1 /'), /zeros/],
    'a violation with fewer zeros': [violation.replace('00 /', ' /'), /zeros/],
    'a violation without a name': [violation.replace('/bin/true', ''), /name is missing/],
    'a violation without the space of its signature': [signedViolation.replace(' \n', '\n'), /missing/],
    'a violation with a signature that is none': [signedViolation.replace('\n', '3030\n'), /signature/],
    'a violation with a type in a template without types': [violation.replace('sha256:', 'ima:sha256:'), /algorithm/],
    'a line without end': [good.replace('/bin/true', `/${'x'.repeat(MAX_LINE_BYTES)}`), /longer/],
  };
  for (const [what, [text, problem]] of Object.entries(malformed)) {
    it(`invalid: ${what}, and the next line is read again`, () => {
      const reader = new ImaLogReader(Buffer.from(text + good));
      expect(reader.next()).toBe('MALFORMED');
      expect(reader.problem).toMatch(problem);
      expect(reader.next()).toBe('ENTRY');
      expect(reader.isTemplateHashRight).toBe(true);
      expect(reader.next()).toBe('END');
    });
  }

  it('ok: any bytes are read to the end, line by line', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.constantFrom(good, '\n', '10 ', ' ', logLine({ path: '/b', template: 'ima-sig' })),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const expected = text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0);
        expect(lines(text)).toHaveLength(expected);
      }),
    );
  });

  it('ok: any measurement is laid out as the kernel does', () => {
    const names = fc.string({
      unit: fc.constantFrom('a', '/', ' ', 'é', '.', ':', '_', '"'),
      minLength: 1,
      maxLength: 60,
    });
    const bytes = fc.uint8Array({ maxLength: 2000 });
    const template = fc.constantFrom('ima-ng', 'ima-sig', 'ima-ngv2', 'ima-sigv2', 'ima-buf');
    fc.assert(
      fc.property(names, bytes, template, (path, content, name) => {
        const last = name === 'ima-buf' || content.length === 0 ? content : fileSignature(content);
        const measurement = { path, last, template: name } as const;
        const { line, reader } = only(logLine(measurement));
        expect([line, reader.isTemplateHashRight, reader.name]).toEqual(['ENTRY', true, path]);
      }),
    );
  });
});
