import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileRuntimePolicy } from '../../../src/attestation/runtime-policy/index.js';
import { Findings } from '../../../src/attestation/verifier/findings.js';
import { type SeverityRule, startingOffset, type VerifierState } from '../../../src/attestation/verifier/index.js';
import { fileSignature, logLine, type Measurement, sha1, sha256 } from '../ima/ima-log.js';
import {
  acceptedState,
  attest,
  codes,
  FILES,
  healthyMachine,
  IMA_LAYER,
  layer,
  Machine,
  pcrLayer,
  runtimePolicy,
} from './machine.js';

describe('verify: the IMA log', () => {
  it('refused: no log, an empty log, and one that is too large', () => {
    const machine = healthyMachine();
    expect(codes(attest({ machine, evidence: { imaLog: undefined } }))).toEqual(['IMA_LOG_MISSING']);
    expect(codes(attest({ machine, evidence: { imaLog: '' } }))).toEqual(['IMA_LOG_EMPTY']);
    const imaLog = 'x'.repeat(100 * 1024 * 1024 + 1);
    expect(codes(attest({ machine, evidence: { imaLog } }))).toEqual(['IMA_LOG_TOO_LARGE']);
  });

  it('refused: PCR 10 was never extended', () => {
    const log = healthyMachine().log();
    expect(codes(attest({ machine: new Machine(), evidence: { imaLog: log } }))).toEqual(['IMA_PCR_NOT_EXTENDED']);
  });

  it('refused: a log that stops before the quote', () => {
    const machine = healthyMachine();
    const imaLog = machine.log().split('\n').slice(0, 3).join('\n');
    const result = attest({ machine, evidence: { imaLog } });
    expect(result.failures).toMatchObject([
      { code: 'IMA_PCR_MISMATCH', class: 'INTEGRITY', severity: 'fatal', pcr: 10 },
    ]);
  });

  it('refused: an entry left out, two exchanged, one forged', () => {
    const machine = healthyMachine();
    const [boot = '', a = '', b = '', c = ''] = machine.log().split('\n');
    const forged = logLine({ path: FILES[0] ?? '', digest: sha256('other') }).trim();
    for (const lines of [
      [boot, a, c],
      [boot, b, a, c],
      [boot, forged, b, c],
    ]) {
      expect(codes(attest({ machine, evidence: { imaLog: lines.join('\n') } }))).toContain('IMA_PCR_MISMATCH');
    }
  });

  it('refused: lines of garbage, each reported with its entry', () => {
    const machine = healthyMachine();
    const result = attest({ machine, evidence: { imaLog: `${machine.log()}garbage\n\n10 zz ima-ng x\n` } });
    expect(result.failures.map(({ code, entry }) => [code, entry])).toEqual([
      ['IMA_PARSE_ERROR', 4],
      ['IMA_PARSE_ERROR', 5],
      ['IMA_PARSE_ERROR', 6],
    ]);
    for (const [n, { message }] of result.failures.entries()) expect(message).toContain(`Line ${n + 5}:`);
  });

  it('refused: garbage between entries is reported alone, because the quote accounts for the rest', () => {
    const machine = healthyMachine();
    const [first = '', ...rest] = machine.log().split('\n');
    const result = attest({ machine, evidence: { imaLog: [first, 'garbage', ...rest].join('\n') } });
    expect(result.failures.map(({ code, entry }) => [code, entry])).toEqual([['IMA_PARSE_ERROR', 1]]);
  });

  it('refused: a file whose signature is not one, and its place is told', () => {
    const unsigned: Measurement = { path: FILES[0] ?? '', template: 'ima-sig' };
    expect(attest({ machine: healthyMachine().measure(unsigned) }).verdict).toBe('ACCEPTED');
    const result = attest({ machine: healthyMachine().measure({ ...unsigned, last: Buffer.from('0302', 'hex') }) });
    expect(result.failures).toContainEqual(
      expect.objectContaining({ code: 'IMA_PARSE_ERROR', class: 'INTEGRITY', entry: 4 }),
    );
  });

  it('refused: every file that is not listed or differs is reported, with what was expected', () => {
    const machine = healthyMachine().measure('/home/evil', { path: '/usr/bin/bash', digest: sha256('evil') });
    const result = attest({ machine });
    const digest = (content: string) => `sha256:${sha256(content).toString('hex')}`;
    expect(result.failures).toMatchObject([
      { code: 'IMA_NOT_IN_ALLOWLIST', path: '/home/evil', entry: 4, got: digest('/home/evil') },
      {
        code: 'IMA_DIGEST_MISMATCH',
        path: '/usr/bin/bash',
        entry: 5,
        expected: [digest('/usr/bin/bash')],
        got: digest('evil'),
        layer: 'base',
      },
    ]);
    expect(result.counts).toMatchObject({ entries: 6, attested: 6, matched: 4, failures: 2 });
  });

  it('refused: another digest of each path of a list, wherever in the list it stands', () => {
    for (const path of FILES) {
      const result = attest({ machine: healthyMachine().measure({ path, digest: sha256('evil') }) });
      expect(result.failures).toMatchObject([{ code: 'IMA_DIGEST_MISMATCH', path, layer: 'base' }]);
    }
  });

  it('refused: a listed digest under another algorithm, or of fs-verity', () => {
    const digest = sha256('/usr/bin/bash');
    const others: Measurement[] = [
      { path: '/usr/bin/bash', digest, algorithm: 'sm3' },
      { path: '/usr/bin/bash', digest, template: 'ima-ngv2', digestType: 'verity' },
    ];
    for (const other of others)
      expect(codes(attest({ machine: healthyMachine().measure(other) }))).toEqual(['IMA_DIGEST_MISMATCH']);
    const plain = { path: '/usr/bin/bash', digest, template: 'ima-ngv2' } as const;
    expect(attest({ machine: healthyMachine().measure(plain) }).verdict).toBe('ACCEPTED');
  });

  it('refused: thousands of failures are counted, and listed up to a bound', () => {
    const machine = healthyMachine().measure(...Array.from({ length: 1500 }, (_, n) => `/evil/${n}`));
    const result = attest({ machine });
    expect(result).toMatchObject({ isTruncated: true, counts: { failures: 1500 } });
    expect(result.failures).toHaveLength(600);
    const forged = attest({ machine, evidence: { imaLog: machine.log().slice(0, -200) } });
    expect(codes(forged)).toContain('IMA_PCR_MISMATCH');
  });

  it('refused: of failures with long paths fewer are listed, and a flood of warnings hides none that counts', () => {
    const long = '/€'.repeat(2000);
    const flood = Array.from({ length: 900 }, (_, n) => ({ path: `${long}${n}`, isViolation: true }));
    const result = attest({ machine: healthyMachine().measure(...flood, '/evil') });
    expect(result).toMatchObject({ isTruncated: true, counts: { violations: 900, failures: 1 } });
    expect(JSON.stringify(result.failures).length).toBeLessThan(500_000);
    expect(result.failures.at(-1)).toMatchObject({ code: 'IMA_NOT_IN_ALLOWLIST', path: '/evil' });
  });

  it('refused: what is about no entry is always listed, however many of its severity are', () => {
    const findings = new Findings();
    for (let entry = 0; entry < 601; entry += 1) findings.add('IMA_NOT_IN_ALLOWLIST', '', { entry, path: '/evil' });
    expect([findings.failures.length, findings.isTruncated]).toEqual([600, true]);
    findings.add('PCR_VALUE_MISMATCH', '', { pcr: 4 });
    expect(findings.failures.at(-1)).toMatchObject({ code: 'PCR_VALUE_MISMATCH', severity: 'error', pcr: 4 });
    expect(new Set(findings.failures.map(({ severity }) => severity)).size).toBe(1);
  });

  it('refused: the text of what is listed is bounded, whichever part is long', () => {
    const digests = Array.from({ length: 100 }, (_, n) => sha256(`${n}`).toString('hex'));
    const policy = compileRuntimePolicy(Buffer.from(JSON.stringify({ digests: { '/usr/bin/bash': digests } })), []);
    const policies = [layer({ runtimePolicy: policy })];
    for (const path of ['/usr/bin/bash', `/${'a'.repeat(1023)}`]) {
      const machine = new Machine().boot().measure(...Array.from({ length: 500 }, () => path));
      const { failures, counts } = attest({ machine, policies });
      expect(counts.failures).toBe(500);
      const charactersOf = ({ message, path = '', got = '', expected = [] }: (typeof failures)[number]) =>
        message.length + path.length + got.length + expected.join('').length;
      const sizes = failures.map(charactersOf);
      const listed = sizes.reduce((sum, size) => sum + size, 0);
      expect(listed).toBeGreaterThanOrEqual(256 * 1024);
      expect(listed - (sizes.at(-1) ?? 0)).toBeLessThan(256 * 1024);
    }
  });

  it('refused: a path of 1024 characters is listed as a whole, and one of more is cut', () => {
    const whole = `/${'a'.repeat(1023)}`;
    const result = attest({ machine: healthyMachine().measure(whole, `${whole}a`) });
    expect(result.failures.map(({ path }) => path)).toEqual([whole, `${whole}…`]);
    expect(result.isTruncated).toBe(false);
  });

  it('refused: a path that is cut is cut between characters, so that it can be stored', () => {
    const paths = [1021, 1022, 1023, 1024].map((length) => `/${'a'.repeat(length - 1)}\u{1f600}\u{1f600}`);
    const { failures } = attest({ machine: healthyMachine().measure(...paths) });
    expect(failures).toHaveLength(4);
    for (const { path, message } of failures) expect(`${path}${message}`).not.toMatch(/\p{Cs}/u);
  });

  it('ok: excluded paths, and paths with spaces as either kernel writes them', () => {
    const policies = [layer({ runtimePolicy: runtimePolicy([...FILES, '/opt/my app'], ['/tmp/']) })];
    const digest = sha256('/opt/my app');
    const machine = healthyMachine().measure('/tmp/x', '/opt/my app', { path: '/opt/my_app', digest });
    expect(attest({ machine, policies })).toMatchObject({ verdict: 'ACCEPTED', counts: { matched: 6, excluded: 1 } });
  });

  it('ok: entries measured after the quote are judged, but the offset stays within the quote', () => {
    const machine = healthyMachine();
    const after = logLine({ path: FILES[0] ?? '' });
    const result = attest({ machine, evidence: { imaLog: machine.log() + after } });
    expect(result).toMatchObject({
      verdict: 'ACCEPTED',
      counts: { entries: 5, attested: 4 },
      next: { ima: { offset: 4 } },
    });
    const evil = attest({ machine, evidence: { imaLog: machine.log() + logLine({ path: '/evil' }) } });
    expect(codes(evil)).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  it('warned: a violation is recorded with its path, and a rule can harden it', () => {
    const machine = healthyMachine().measure({ path: '/var/log/my log', isViolation: true }, ...FILES);
    const result = attest({ machine });
    expect(result).toMatchObject({ verdict: 'ACCEPTED', counts: { violations: 1, attested: 8 } });
    expect(result.failures).toMatchObject([
      { code: 'IMA_VIOLATION', severity: 'warning', path: '/var/log/my log', entry: 4 },
    ]);
    const severities = [{ codes: ['IMA_VIOLATION'] as const, pathPrefix: '/var/', severity: 'error' as const }];
    expect(attest({ machine, rules: { severities } }).verdict).toBe('REJECTED');
  });
});

describe('verify: severities', () => {
  const FILE = { code: 'IMA_NOT_IN_ALLOWLIST', path: '/evil/file' } as const;
  const PCR = { code: 'PCR_VALUE_MISMATCH', pcr: 7 } as const;
  const machine = healthyMachine().measure(FILE.path);
  const policies = [{ ...IMA_LAYER, ...pcrLayer(PCR.pcr, ['00'.repeat(32)]), runtimePolicy: IMA_LAYER.runtimePolicy }];
  /** Which failures the rules soften. */
  const softened = (...rules: Omit<SeverityRule, 'severity'>[]) => {
    const severities = rules.map((rule): SeverityRule => ({ ...rule, severity: 'warning' }));
    const { failures } = attest({ machine, policies, rules: { severities } });
    expect(failures).toHaveLength(2);
    return failures.filter(({ severity }) => severity === 'warning').map(({ code }) => code);
  };

  it('ok: a rule softens the failures of its codes, its paths or its PCR, and all when it names none', () => {
    expect(softened({ codes: [FILE.code] })).toEqual([FILE.code]);
    expect(softened({ pathPrefix: '/evil/' })).toEqual([FILE.code]);
    expect(softened({ pcr: PCR.pcr })).toEqual([PCR.code]);
    expect(softened({ codes: [PCR.code], pcr: PCR.pcr }, { codes: [FILE.code], pathPrefix: '/' })).toHaveLength(2);
    expect(softened({})).toHaveLength(2);
  });

  it('refused: a failure that a part of the rule does not name', () => {
    expect(softened()).toEqual([]);
    expect(softened({ codes: [FILE.code], pathPrefix: '/other/' })).toEqual([]);
    expect(softened({ codes: [PCR.code], pathPrefix: '/evil/' })).toEqual([]);
    expect(softened({ codes: [PCR.code], pcr: 8 })).toEqual([]);
    expect(softened({ codes: [FILE.code], pcr: PCR.pcr })).toEqual([]);
    expect(softened({ pathPrefix: '/evil/', pcr: PCR.pcr })).toEqual([]);
  });

  it('ok: of several rules that name it the first counts', () => {
    const rules = [
      { codes: [FILE.code], severity: 'fatal' },
      { pathPrefix: '/evil/', severity: 'warning' },
    ] as const;
    const { failures } = attest({ machine, policies, rules: { severities: rules } });
    expect(failures.find(({ code }) => code === FILE.code)?.severity).toBe('fatal');
  });
});

describe('verify: a log that grows', () => {
  /** The machine's log, and behind it so many entries that its TPM knows nothing of. */
  const ahead = (machine: Machine, count: number) => ({
    imaOffset: 0,
    imaLog: machine.log() + logLine({ path: FILES[0] ?? '' }).repeat(count),
  });

  it('refused: entries that the next quote does not account for either, for as long as it is so', () => {
    const machine = healthyMachine();
    let previous = acceptedState(attest({ machine, evidence: ahead(machine, 0) }));
    const rounds = Array.from({ length: 20 }, (_, round) => {
      const result = attest({ machine, previous, evidence: ahead(machine, round + 1) });
      previous = result.next ?? previous;
      return codes(result);
    });
    expect(rounds).toEqual([[], ...Array.from({ length: 19 }, () => ['IMA_LOG_UNATTESTED'])]);
  });

  it('refused: of some entries that were ahead the quote accounts, and not of all', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine, evidence: ahead(machine, 3) }));
    const [first = ''] = FILES;
    machine.measure(first);
    const { failures } = attest({ machine, previous, evidence: ahead(machine, 3) });
    expect(failures).toMatchObject([
      { code: 'IMA_LOG_UNATTESTED', class: 'INTEGRITY', severity: 'fatal', expected: ['7'], got: '5' },
    ]);
    machine.measure(first, first);
    expect(attest({ machine, previous, evidence: ahead(machine, 3) })).toMatchObject({ verdict: 'ACCEPTED' });
  });

  it('ok: a machine that measures between its quote and the reading of its log, each time', () => {
    const machine = healthyMachine();
    let previous: VerifierState | null = null;
    for (let round = 0; round < 5; round += 1) {
      const behind = FILES.slice(0, 1 + (round % 3));
      const imaOffset = previous?.ima?.offset ?? 0;
      const imaLog = machine.log(imaOffset) + behind.map((path) => logLine({ path })).join('');
      const result = attest({ machine, previous, evidence: { imaLog } });
      expect(codes(result)).toEqual([]);
      previous = acceptedState(result);
      expect(previous.ima).toMatchObject({ offset: machine.measurements.length });
      machine.measure(...behind);
    }
  });

  it('ok: after a reboot the log begins anew', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine, evidence: ahead(machine, 3) }));
    machine.reboot();
    expect(codes(attest({ machine, previous, evidence: { imaOffset: 0 } }))).toEqual([]);
  });
});

describe('verify: boot_aggregate', () => {
  for (const bank of ['sha1', 'sha256'] as const) {
    for (const count of [8, 10]) {
      it(`ok: ${bank} over PCRs 0–${count - 1}`, () => {
        const firmware = new Machine().boot().bootAggregate(bank, count);
        const machine = new Machine().boot({ digest: firmware, algorithm: bank }).measure(...FILES);
        const selections = (['sha1', 'sha256'] as const).map((hash) => ({
          hash,
          pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        }));
        const challenge = { hashAlgorithms: ['sha1', 'sha256'] as const };
        expect(attest({ machine, challenge, quote: { selections } }).verdict).toBe('ACCEPTED');
      });
    }
  }

  it('refused: one over other PCRs, of a bank that is not quoted, or none at the start', () => {
    const wrong = new Machine().boot({ digest: sha256('wrong') });
    const unquoted = new Machine().boot({ digest: new Machine().boot().bootAggregate('sha1', 8), algorithm: 'sha1' });
    for (const machine of [wrong, unquoted]) {
      expect(attest({ machine }).failures).toMatchObject([
        { code: 'BOOT_AGGREGATE_MISMATCH', class: 'POLICY', entry: 0 },
      ]);
    }
    expect(codes(attest({ machine: new Machine().measure(...FILES) }))).toEqual(['BOOT_AGGREGATE_MISMATCH']);
  });

  it('refused: a violation that goes by its name, which says nothing of the boot', () => {
    const { failures } = attest({ machine: new Machine().boot({ isViolation: true }).measure(...FILES) });
    expect(failures).toMatchObject([
      { code: 'BOOT_AGGREGATE_MISMATCH', severity: 'error', entry: 0 },
      { code: 'IMA_VIOLATION', severity: 'warning', entry: 0 },
    ]);
  });

  it('refused: one that says to be over a tree of fs-verity', () => {
    const right = { digest: healthyMachine().bootAggregate('sha256', 10), template: 'ima-ngv2' } as const;
    expect(codes(attest({ machine: new Machine().boot({ ...right, digestType: 'ima' }).measure(...FILES) }))).toEqual(
      [],
    );
    const machine = new Machine().boot({ ...right, digestType: 'verity' }).measure(...FILES);
    expect(codes(attest({ machine }))).toEqual(['BOOT_AGGREGATE_MISMATCH']);
  });

  it('ok: after kexec the log has a second one', () => {
    const machine = healthyMachine();
    machine.measure({ path: 'boot_aggregate', digest: machine.bootAggregate('sha256', 10) });
    expect(attest({ machine }).verdict).toBe('ACCEPTED');
  });
});

describe('verify: incremental logs', () => {
  it('ok: only new entries, or none, and the whole log at any time', () => {
    const machine = healthyMachine();
    const first = acceptedState(attest({ machine }));
    expect(startingOffset(first, [IMA_LAYER])).toBe(4);
    machine.measure(...FILES);
    const second = attest({ machine, previous: first });
    expect(second).toMatchObject({
      verdict: 'ACCEPTED',
      counts: { entries: 3, attested: 3 },
      next: { ima: { offset: 7 } },
    });
    const idle = attest({ machine, previous: acceptedState(second) });
    expect(idle).toMatchObject({ verdict: 'ACCEPTED', counts: { entries: 0 }, next: { ima: { offset: 7 } } });
    const whole = attest({ machine, previous: acceptedState(second), evidence: { imaOffset: 0 } });
    expect(whole).toMatchObject({ verdict: 'ACCEPTED', counts: { entries: 7 } });
  });

  it('ok: the kept state survives JSON', () => {
    const machine = healthyMachine();
    const state = JSON.parse(JSON.stringify(acceptedState(attest({ machine }))));
    expect(attest({ machine: machine.measure(...FILES), previous: state }).verdict).toBe('ACCEPTED');
  });

  it('refused: a failing entry does not move the offset, so it is seen again', () => {
    const machine = healthyMachine();
    const state = acceptedState(attest({ machine }));
    machine.measure('/evil');
    for (const _ of [1, 2]) expect(codes(attest({ machine, previous: state }))).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  it('refused: an offset that was not offered', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine }));
    for (const imaOffset of [3, -1, 5, Number.NaN]) {
      const result = attest({ machine, previous, evidence: { imaOffset } });
      expect(result.failures).toMatchObject([{ code: 'IMA_OFFSET_UNEXPECTED', class: 'PROTOCOL' }]);
    }
  });

  it('refused: an offset that was offered and is not where earlier evidence ended', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine }));
    const challenge = { imaOffset: 3 };
    expect(codes(attest({ machine, previous, challenge }))).toEqual(['CHALLENGE_OUTDATED']);
    expect(codes(attest({ machine, challenge }))).toEqual(['CHALLENGE_OUTDATED']);
  });

  it('refused: after a reboot the log is read from 0 again, and the agent is told so without blame', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine: machine.measure(...FILES) }));
    machine.reboot().measure(FILES[0] ?? '');
    const result = attest({ machine, previous, evidence: { imaLog: '' } });
    expect(result.failures).toMatchObject([{ code: 'IMA_REBOOTED', class: 'PROTOCOL' }]);
    const again = attest({ machine, previous, evidence: { imaOffset: 0 } });
    expect(again).toMatchObject({ verdict: 'ACCEPTED', next: { resetCount: 2, ima: { offset: 2 } } });
  });

  it('ok: after sleep the same log is read from 0', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine }));
    machine.tpm.resume();
    expect(attest({ machine, previous, evidence: { imaOffset: 0 } }).verdict).toBe('ACCEPTED');
  });

  it('refused: under another policy or other rules everything is judged anew', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine }));
    const stricter = [layer({ fingerprint: 'r2', runtimePolicy: runtimePolicy(FILES.slice(1)) })];
    expect(startingOffset(previous, stricter)).toBe(0);
    expect(startingOffset(previous, [IMA_LAYER], { severities: [{ severity: 'error' }] })).toBe(0);
    expect(codes(attest({ machine, previous, policies: stricter }))).toEqual(['IMA_NOT_IN_ALLOWLIST']);
    const challenge = { imaOffset: 4 };
    expect(codes(attest({ machine, previous, policies: stricter, challenge }))).toEqual(['CHALLENGE_OUTDATED']);
  });

  it('refused: a bank that earlier evidence did not quote has nothing to go on from', () => {
    const machine = healthyMachine();
    const previous = acceptedState(attest({ machine }));
    const story = { machine, previous, challenge: { hashAlgorithms: ['sha1'] as const } };
    expect(codes(attest({ ...story, quote: { bank: 'sha1' } }))).toEqual(['IMA_OFFSET_UNEXPECTED']);
  });
});

describe('verify: layers', () => {
  const app = layer({ name: 'app', runtimePolicy: runtimePolicy(['/opt/app']) });

  it('ok: allowed is what any layer lists', () => {
    expect(attest({ machine: healthyMachine().measure('/opt/app'), policies: [IMA_LAYER, app] }).verdict).toBe(
      'ACCEPTED',
    );
  });

  it('refused: an exclude does not waive what another layer lists', () => {
    const lax = layer({ name: 'lax', runtimePolicy: runtimePolicy([], ['/']) });
    const machine = healthyMachine().measure('/unlisted', { path: '/usr/bin/bash', digest: sha256('evil') });
    const result = attest({ machine, policies: [IMA_LAYER, lax] });
    expect(result.failures).toMatchObject([{ code: 'IMA_DIGEST_MISMATCH', layer: 'base' }]);
    expect(result.counts.excluded).toBe(1);
  });
});

/** One of two certificates, in DER. */
function certificate(number: 1 | 2): Buffer {
  return new X509Certificate(readFileSync(new URL(`../../fixtures/tls/certificate-${number}.pem`, import.meta.url)))
    .raw;
}

describe('verify: measured buffers', () => {
  const key = certificate(1);
  const cmdline = Buffer.from('root=/dev/sda1');
  const keyEntry: Measurement = { path: '.ima', template: 'ima-buf', last: key, digest: sha256(key) };
  const cmdlineEntry: Measurement = {
    path: 'kexec-cmdline',
    template: 'ima-buf',
    last: cmdline,
    digest: sha256(cmdline),
  };
  const policies = (extra: object) => {
    const digests = Object.fromEntries(FILES.map((path) => [path, [sha256(path).toString('hex')]]));
    return [layer({ runtimePolicy: compileRuntimePolicy(Buffer.from(JSON.stringify({ digests, ...extra }))) })];
  };
  const listed = {
    keyrings: { '.ima': [sha256(key).toString('hex')] },
    'ima-buf': { 'kexec-cmdline': [sha256(cmdline).toString('hex')] },
  };

  it('ok: a listed key and a listed buffer', () => {
    const machine = healthyMachine().measure(keyEntry, cmdlineEntry);
    expect(attest({ machine, policies: policies(listed) })).toMatchObject({
      verdict: 'ACCEPTED',
      counts: { matched: 6 },
    });
  });

  it('ok: an ignored keyring; the wildcard ignores keys and nothing else', () => {
    const machine = healthyMachine().measure(keyEntry);
    for (const name of ['.ima', '*']) {
      const ignoring = policies({ ima: { ignored_keyrings: [name] } });
      expect(attest({ machine, policies: ignoring })).toMatchObject({ verdict: 'ACCEPTED', counts: { ignored: 1 } });
    }
    const other = attest({
      machine: healthyMachine().measure(cmdlineEntry),
      policies: policies({ ima: { ignored_keyrings: ['*'] } }),
    });
    expect(codes(other)).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  const measured = (path: string, last: Buffer): Measurement => ({
    path,
    template: 'ima-buf',
    last,
    digest: sha256(last),
  });
  const judged = (entry: Measurement, extra: object) =>
    codes(attest({ machine: healthyMachine().measure(entry), policies: policies(extra) }));
  const ignoring = (...names: string[]) => ({ ima: { ignored_keyrings: names } });

  it('ok: a public key is a key as a certificate is', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const type of ['spki', 'pkcs1'] as const)
      expect(judged(measured('.builtin', publicKey.export({ format: 'der', type })), ignoring('*'))).toEqual([]);
  });

  it('refused: the wildcard for keyrings waives no command line, whatever it begins with or has in it', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${key.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const inLength = Buffer.from(`init=/opt/evil ${pem}`);
    const lines = [
      Buffer.from('0 root=/dev/sda1 init=/opt/evil'),
      Buffer.from(`0 init=/opt/evil\n${pem}`),
      Buffer.concat([Buffer.from([0x30, 0x82, inLength.length >> 8, inLength.length & 0xff]), inLength]),
      Buffer.concat([key, Buffer.from(' init=/opt/evil')]),
      key,
    ];
    for (const line of lines)
      expect(judged(measured('kexec-cmdline', line), ignoring('*', 'kexec-cmdline'))).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  it('refused: an ignored keyring waives no buffer that is no key', () => {
    for (const last of [Buffer.from('0 whatever'), Buffer.from('308200', 'hex'), key.subarray(0, -1)])
      expect(judged(measured('.ima', last), ignoring('.ima', '*'))).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  it('refused: a key that is listed among the buffers, and a buffer that is listed among the keys', () => {
    const swapped = { keyrings: listed['ima-buf'], 'ima-buf': listed.keyrings };
    for (const entry of [keyEntry, cmdlineEntry]) expect(judged(entry, swapped)).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  it('refused: another key on a listed keyring, or a keyring that is not listed', () => {
    const other = certificate(2);
    const machine = healthyMachine().measure({ ...keyEntry, last: other, digest: sha256(other) });
    expect(codes(attest({ machine, policies: policies(listed) }))).toEqual(['IMA_DIGEST_MISMATCH']);
    expect(codes(attest({ machine, policies: policies({}) }))).toEqual(['IMA_NOT_IN_ALLOWLIST']);
  });

  it('refused: a signed file relabelled as a buffer, whose template data is the same', () => {
    const signed: Measurement = { path: '.ima', template: 'ima-sig', last: key, digest: sha256('evil') };
    const machine = healthyMachine().measure(signed);
    const imaLog = machine.log().replace('ima-sig', 'ima-buf');
    const ignoring = policies({ ima: { ignored_keyrings: ['*'] } });
    expect(codes(attest({ machine, policies: ignoring, evidence: { imaLog } }))).toEqual([
      'IMA_BUFFER_DIGEST_MISMATCH',
    ]);
  });

  it('ok: signed entries and the oldest template are judged by their digest', () => {
    const legacy: Measurement = { path: '/usr/bin/old', template: 'ima', digest: sha1('old') };
    const signed: Measurement = { path: FILES[0] ?? '', template: 'ima-sig', last: fileSignature(Buffer.alloc(256)) };
    const old = policies({ excludes: [] });
    const digests = { '/usr/bin/old': [sha1('old').toString('hex')] };
    const withOld = [
      ...old,
      layer({ name: 'old', runtimePolicy: compileRuntimePolicy(Buffer.from(JSON.stringify({ digests }))) }),
    ];
    expect(attest({ machine: healthyMachine().measure(legacy, signed), policies: withOld }).verdict).toBe('ACCEPTED');
  });
});
