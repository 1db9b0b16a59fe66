import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine } from '../attestation/verifier/machine.js';
import { runCli } from './run-cli.js';

const fixtures = fileURLToPath(new URL('../fixtures/tpm/', import.meta.url));
const PCRS = 'sha256:0,1,2,3,4,5,6,7,8,9,10';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const verify = (...args: string[]) => runCli('attest', 'verify', ...args);

/** The options for a recorded quote, made by tpm2-tools from a software TPM. */
function recorded(kind: string, name: string): string[] {
  const file = (suffix: string) => join(fixtures, kind, suffix);
  const nonce = readFileSync(file('nonce'), 'utf8').trim();
  const ak = name.endsWith('rsapss') ? 'ak-rsapss.pub' : 'ak.pub';
  return [
    ...['--ak', file(ak), '--nonce', nonce],
    ...['--quote', file(`${name}.msg`), '--signature', file(`${name}.sig`), '--pcrs', file(`${name}.pcrs`)],
  ];
}

/** Writes a machine's evidence to files and answers the options that name them. */
function evidenceOf(machine = healthyMachine()): string[] {
  const nonce = sha256('nonce');
  const quote = machine.tpm.quote({ nonce, pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], bank: 'sha256' });
  const parts = {
    ak: machine.tpm.akPublic,
    quote: quote.message,
    signature: quote.signature,
    pcrs: quote.pcrs,
    'ima-log': machine.log(),
  };
  const options = Object.entries(parts).flatMap(([name, content]) => [`--${name}`, write(name, content)]);
  return [...options, '--nonce', nonce.toString('hex')];
}

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const listOf = (paths: readonly string[]) => paths.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');

describe('attest verify on recorded quotes', () => {
  test.each([
    ['rsa', 'quote-rsassa'],
    ['rsa', 'quote-rsapss'],
    ['ecc', 'quote-ecdsa'],
  ])('ok: %s %s, signature tss, PCRs serialized', async (kind, name) => {
    const { code, out } = await verify(...recorded(kind, name));
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^ACCEPTED: 0 IMA entries attested; checked QUOTE; no allowlist/),
    ]);
  });

  test.each(['rsa', 'ecc'])('ok: %s, signature plain, PCRs as values', async (kind) => {
    expect((await verify(...recorded(kind, 'quote-plain'), '--pcr-list', PCRS)).code).toBe(0);
  });

  test.each(['rsa', 'ecc'])('ok: %s, key as PEM', async (kind) => {
    const { code } = await verify(
      ...recorded(kind, 'quote-plain'),
      '--pcr-list',
      PCRS,
      '--ak',
      join(fixtures, kind, 'ak.pem'),
    );
    expect(code).toBe(0);
  });

  test('rejected: another nonce', async () => {
    const { code, out, err } = await verify(...recorded('rsa', 'quote-rsassa'), '--nonce', '00ff');
    expect([code, err]).toEqual([1, 'error: the evidence was rejected\n']);
    expect(out).toContain('FATAL NONCE_MISMATCH');
  });

  test('rejected: another key', async () => {
    const { code, out } = await verify(...recorded('rsa', 'quote-rsassa'), '--ak', join(fixtures, 'ecc', 'ak.pub'));
    expect([code, out]).toEqual([1, expect.stringContaining('SIGNATURE_INVALID')]);
  });

  test('rejected: an endorsement key cannot attest', async () => {
    const { code, out } = await verify(...recorded('rsa', 'quote-rsassa'), '--ak', join(fixtures, 'rsa', 'ek.pub'));
    expect([code, out]).toEqual([1, expect.stringContaining('ATTESTATION_KEY_UNSUITABLE')]);
  });

  test('rejected: a bank that is not allowed', async () => {
    const { code, out } = await verify(...recorded('rsa', 'quote-rsassa'), '--pcr-bank', 'sha384');
    expect([code, out]).toEqual([1, expect.stringContaining('QUOTE_BANK_UNEXPECTED')]);
  });

  test.each([
    ['--ak', 'ATTESTATION_KEY_UNSUITABLE'],
    ['--quote', 'SIGNATURE_INVALID'],
    ['--signature', 'SIGNATURE_MALFORMED'],
    ['--pcrs', 'PCRS_MALFORMED'],
  ])('rejected: rubbish for %s is a result like any other', async (option, expected) => {
    const rubbish = write('rubbish', Buffer.from('not what it should be'));
    const { code, out } = await verify(...recorded('ecc', 'quote-ecdsa'), option, rubbish, '-o', 'json');
    const { verdict, failures } = JSON.parse(out);
    expect([code, verdict, failures[0].code]).toEqual([1, 'REJECTED', expected]);
  });
});

describe('attest verify with a log', () => {
  test('ok: everything measured is listed', async () => {
    const { code, out } = await verify(...evidenceOf(), '--allowlist', write('list', listOf(FILES)), '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'ACCEPTED',
      failures: [],
      counts: { attested: FILES.length + 1 },
      checked: ['QUOTE', 'IMA_REPLAY', 'ALLOWLIST'],
    });
  });

  test('ok: without a list the replay is checked, and the output says that nothing was judged', async () => {
    const { code, out } = await verify(...evidenceOf());
    expect([code, out]).toEqual([0, expect.stringContaining('checked QUOTE, IMA_REPLAY; no allowlist was given')]);
  });

  test('rejected: a file that is not listed is named', async () => {
    const { code, out } = await verify(...evidenceOf(), '--allowlist', write('list', listOf(FILES.slice(1))));
    expect([code, out]).toEqual([1, expect.stringContaining(`IMA_NOT_IN_ALLOWLIST at entry 1 ${FILES[0]}`)]);
  });

  test('rejected: a changed file is named with what was expected and what came', async () => {
    const machine = healthyMachine().measure({ path: '/usr/bin/bash', digest: sha256('evil') });
    const { code, out } = await verify(...evidenceOf(machine), '--allowlist', write('list', listOf(FILES)));
    const [expected, got] = [sha256('/usr/bin/bash'), sha256('evil')].map(
      (digest) => `sha256:${digest.toString('hex')}`,
    );
    expect([code, out]).toEqual([1, expect.stringContaining(`/usr/bin/bash: expected ${expected}, got ${got}`)]);
  });

  test('rejected: a list without a log proves nothing', async () => {
    const options = recorded('rsa', 'quote-rsassa');
    const { code, out } = await verify(...options, '--allowlist', write('list', listOf(FILES)));
    expect([code, out]).toEqual([1, expect.stringContaining('IMA_LOG_MISSING')]);
  });

  test('rejected: a log that does not reach the quote', async () => {
    const shortened = write('shortened', healthyMachine().log().split('\n').slice(0, 2).join('\n').concat('\n'));
    const { code, out } = await verify(...evidenceOf(), '--ima-log', shortened);
    expect([code, out]).toEqual([1, expect.stringContaining('IMA_PCR_MISMATCH')]);
  });
});

describe('attest verify used wrongly', () => {
  test.each([
    ['no options', []],
    ['a nonce that is not hexadecimal', ['--nonce', 'xyz']],
    ['a file that is not there', ['--quote', '/nowhere']],
    ['an unknown bank', ['--pcr-bank', 'md5']],
    ['an unknown option', ['--everything']],
  ])('usage: %s', async (what, options) => {
    const { code, err } = await verify(...(what === 'no options' ? [] : recorded('rsa', 'quote-rsassa')), ...options);
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: /)]);
  });

  test('usage: a list that is not valid says nothing about the evidence', async () => {
    const { code, err } = await verify(...evidenceOf(), '--allowlist', write('list', 'zz  /bin/sh\n'));
    expect([code, err]).toEqual([2, expect.stringContaining('line 1: the digest is not hex')]);
  });
});

describe('allowlist lint', () => {
  test('ok: a valid list, with its doubts', async () => {
    const sha1 = `${'a'.repeat(40)}  /bin/sh\n`;
    const { code, out } = await runCli(
      'allowlist',
      'lint',
      write('list', sha1),
      '--excludes',
      write('excludes', '/tmp/\n.*\n'),
    );
    expect(code).toBe(0);
    expect(out).toContain('warning: EXCLUDES_EVERYTHING');
    expect(out).toContain('warning: SHA1_ONLY');
    expect(out).toContain('list is valid: 1 paths');
  });

  test('ok: as JSON', async () => {
    const { out } = await runCli('allowlist', 'lint', write('list', listOf(FILES)), '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ format: 'FLAT', paths: FILES.length, warnings: [] });
  });

  test('invalid: lines are named', async () => {
    const { code, err } = await runCli('allowlist', 'lint', write('list', `${listOf(FILES)}zz  /bin/sh\n`));
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^error: INVALID in .*list: line 4: the digest is not hex\n$/),
    ]);
  });

  test('invalid: pointers are named', async () => {
    const { code, err } = await runCli('allowlist', 'lint', write('list', '{"digests":{"/bin/sh":["zz"]}}'));
    expect([code, err]).toEqual([1, expect.stringContaining('/digests/~1bin~1sh/0')]);
  });

  test('invalid: an exclude is named by its own file and line', async () => {
    const excludes = write('excludes', '/tmp/\n(\n');
    const { code, err } = await runCli('allowlist', 'lint', write('list', listOf(FILES)), '--excludes', excludes);
    expect([code, err]).toEqual([1, expect.stringMatching(/INVALID in .*excludes: line 2: /)]);
  });

  test('ok: PCR values, alone and beside a list', async () => {
    const values = write('tpm-policy', JSON.stringify({ mask: '0x81', 7: 'AB'.repeat(32) }));
    const alone = await runCli('allowlist', 'lint', '--tpm-policy', values);
    expect(alone).toMatchObject({ code: 0, err: '', out: `${values} is valid: 2 PCRs to quote, 1 with values\n` });
    const list = write('list', listOf(FILES));
    const both = await runCli('allowlist', 'lint', list, '--tpm-policy', values, '-o', 'json');
    expect(JSON.parse(both.out)).toMatchObject({
      file: list,
      paths: FILES.length,
      tpmPolicy: { file: values, pcrs: [0, 7], constrained: [7] },
      warnings: [],
    });
  });

  test('ok: PCR values that constrain nothing, with the warning', async () => {
    const values = write('tpm-policy', '{"mask":"0x408000"}');
    const shown = await runCli('allowlist', 'lint', '--tpm-policy', values);
    expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('warning: CONSTRAINS_NOTHING: ')]);
    const { out } = await runCli('allowlist', 'lint', '--tpm-policy', values, '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      tpmPolicy: { pcrs: [15, 22], constrained: [] },
      warnings: [{ code: 'CONSTRAINS_NOTHING' }],
    });
  });

  test('invalid: PCR values, with file and pointer; PCR 10 beside a list', async () => {
    const wrong = write('tpm-policy', '{"24":["ab"],\n"7":["zz"]}');
    const { code, err } = await runCli('allowlist', 'lint', '--tpm-policy', wrong);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/INVALID in .*tpm-policy: line 1: \/24: .*\n.*line 2: \/7\/0: /s),
    ]);
    const ima = write('tpm-policy', JSON.stringify({ 10: 'ab'.repeat(32) }));
    expect((await runCli('allowlist', 'lint', '--tpm-policy', ima)).code).toBe(0);
    const beside = await runCli('allowlist', 'lint', write('list', listOf(FILES)), '--tpm-policy', ima);
    expect([beside.code, beside.err]).toEqual([1, expect.stringContaining('/10: ')]);
  });

  test('usage: a file that is not there, nothing to check, excludes of no list', async () => {
    expect((await runCli('allowlist', 'lint', '/nowhere')).code).toBe(2);
    expect((await runCli('allowlist', 'lint')).code).toBe(2);
    const values = write('tpm-policy', '{}');
    expect((await runCli('allowlist', 'lint', '--tpm-policy', values, '--excludes', values)).code).toBe(2);
  });
});
