import { describe, expect, it } from 'vitest';
import { parsePcrPolicy } from '../../../src/attestation/runtime-policy/index.js';
import { parsePublicArea } from '../../../src/attestation/tpm/index.js';
import { requiredPcrs, verify, verifyQuote } from '../../../src/attestation/verifier/index.js';

import { sha256 } from '../ima/ima-log.js';
import { attest, codes, healthyMachine, IMA_LAYER, layer, NOW, pcrLayer, prepare, type Story } from './machine.js';

const QUOTED = Array.from({ length: 11 }, (_, pcr) => pcr);
const random = (length: number) =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 73 + 41) & 0xff)).toString('base64');

function withQuote(part: Partial<{ message: string; signature: string; pcrs: string }>) {
  const input = prepare({ machine: healthyMachine() });
  return verify({ ...input, evidence: { ...input.evidence, quote: { ...input.evidence.quote, ...part } } });
}

describe('verify: the quote', () => {
  for (const key of ['ecc', 'rsa'] as const) {
    it(`ok: honest evidence of a TPM with an ${key} key is accepted`, () => {
      const result = attest({ machine: healthyMachine({ key }) });
      expect(result).toMatchObject({
        verdict: 'ACCEPTED',
        failures: [],
        counts: { entries: 4, attested: 4, matched: 4 },
      });
    });
  }

  it('ok: RSAPSS, and SHA-384 as the digest of the signature', () => {
    expect(attest({ machine: healthyMachine({ key: 'rsa', scheme: 'RSAPSS' }) }).verdict).toBe('ACCEPTED');
    expect(attest({ machine: healthyMachine({ hash: 'sha384' }) }).verdict).toBe('ACCEPTED');
  });

  it('ok: two banks, both replayed', () => {
    const selections = (['sha1', 'sha256'] as const).map((hash) => ({ hash, pcrs: QUOTED }));
    const story = { machine: healthyMachine(), challenge: { hashAlgorithms: ['sha1', 'sha256'] as const } };
    const result = attest({ ...story, quote: { selections } });
    expect(result.verdict).toBe('ACCEPTED');
    expect(Object.keys(result.next?.ima?.pcrs ?? {})).toEqual(['sha1', 'sha256']);
  });

  it('refused: a used and an expired challenge, without looking at the rest', () => {
    const machine = healthyMachine();
    expect(codes(attest({ machine, challenge: { isUsed: true } }))).toEqual(['CHALLENGE_USED']);
    expect(codes(attest({ machine, challenge: { expiresAt: NOW } }))).toEqual(['CHALLENGE_EXPIRED']);
  });

  it('refused: a quote for another nonce', () => {
    expect(codes(attest({ machine: healthyMachine(), quote: { nonce: sha256('another') } }))).toEqual([
      'NONCE_MISMATCH',
    ]);
    expect(codes(attest({ machine: healthyMachine(), quote: { nonce: Buffer.alloc(0) } }))).toEqual(['NONCE_MISMATCH']);
    const longer = Buffer.concat([sha256('nonce'), Buffer.alloc(1)]);
    expect(codes(attest({ machine: healthyMachine(), quote: { nonce: longer } }))).toEqual(['NONCE_MISMATCH']);
  });

  it('refused: a quote for another nonce is looked at no further', () => {
    const machine = healthyMachine();
    const { message, signature } = machine.tpm.quote({ nonce: sha256('another'), pcrs: QUOTED });
    const part = { message: message.toString('base64'), signature: signature.toString('base64'), pcrs: '{}' };
    expect(codes(withQuote(part))).toEqual(['NONCE_MISMATCH']);
  });

  it('refused: a quote by another TPM', () => {
    const enrolment = { attestationKey: healthyMachine({ seed: 2 }).tpm.akPublic, tpmKind: 'PHYSICAL' as const };
    expect(codes(attest({ machine: healthyMachine(), input: { enrolment } }))).toEqual(['SIGNATURE_INVALID']);
  });

  it('refused: a key of the TPM that is not restricted, though its signature over a forged quote is right', () => {
    const machine = healthyMachine({ akAttributes: { restricted: false } });
    const result = attest({ machine });
    expect(codes(result)).toEqual(['ATTESTATION_KEY_UNSUITABLE']);
    expect(result.failures[0]?.message).toContain('restricted');
  });

  it('refused: an enrolled key that is not a public area', () => {
    const enrolment = { attestationKey: Buffer.from('rubbish'), tpmKind: 'PHYSICAL' as const };
    expect(codes(attest({ machine: healthyMachine(), input: { enrolment } }))).toEqual(['ATTESTATION_KEY_UNSUITABLE']);
  });

  it('refused: a statement that the TPM did not make, or that is not a quote', () => {
    const machine = healthyMachine();
    expect(codes(attest({ machine, quote: { overrides: { magic: 0x12345678 } } }))).toEqual(['QUOTE_NOT_FROM_TPM']);
    expect(codes(attest({ machine, quote: { overrides: { type: 0x8017 } } }))).toEqual(['QUOTE_WRONG_TYPE']);
  });

  it('refused: a SHA-1 signature, unless the project allows it', () => {
    const machine = healthyMachine({ hash: 'sha1' });
    expect(codes(attest({ machine }))).toEqual(['ATTESTATION_KEY_UNSUITABLE']);
    expect(attest({ machine, rules: { allowsSha1: true } }).verdict).toBe('ACCEPTED');
    const key = parsePublicArea(machine.tpm.akPublic).toKeyObject();
    const attestationKey = { type: 'ECC', curve: 'P-256', scheme: null, hash: null, toKeyObject: () => key } as const;
    const input = { enrolment: { attestationKey, tpmKind: 'PHYSICAL' as const } };
    expect(codes(attest({ machine, input }))).toEqual(['SIGNATURE_HASH_REFUSED']);
  });

  it('refused: rubbish, nothing, and truncation in each part', () => {
    const input = prepare({ machine: healthyMachine() });
    const { message, signature, pcrs } = input.evidence.quote;
    for (const bad of ['', '%', random(1), random(500), 'A'.repeat(100_000), `${message} `]) {
      expect(codes(withQuote({ message: bad }))[0]).toMatch(/QUOTE_MALFORMED|SIGNATURE_INVALID/);
    }
    expect(codes(withQuote({ message: '' }))).toEqual(['QUOTE_MALFORMED']);
    for (const bad of ['', '%', random(1), random(72), signature.slice(0, 40), 'A'.repeat(100_000)]) {
      expect(codes(withQuote({ signature: bad }))[0]).toBe('SIGNATURE_MALFORMED');
    }
    for (const bad of [
      '',
      '{',
      'null',
      '[]',
      '{"md5":{}}',
      pcrs.slice(0, -3),
      '{"sha256":{"99":""}}',
      '\0'.repeat(70_000),
    ]) {
      expect(codes(withQuote({ pcrs: bad }))).toEqual(['PCRS_MALFORMED']);
    }
  });

  it('refused: signed bytes that are no quote', () => {
    const machine = healthyMachine();
    const message = Buffer.from('ff5443478018', 'hex');
    const signature = machine.tpm.sign(message).toString('base64');
    const result = withQuote({ message: message.toString('base64'), signature });
    expect(codes(result)).toEqual(['QUOTE_MALFORMED']);
  });
});

describe('verifyQuote', () => {
  const machine = healthyMachine();
  const settled = (story: Partial<Story>) => verifyQuote(prepare({ machine, ...story }))?.verdict ?? null;

  it('ok: a quote decides where no list is bound, and where it does not hold', () => {
    const value = Buffer.from(machine.tpm.readPcrs('sha256', [7]).get(7) ?? []).toString('hex');
    expect(settled({ policies: [pcrLayer(7, [value])] })).toBe('ACCEPTED');
    expect(settled({ policies: [pcrLayer(7, ['00'.repeat(32)])] })).toBe('REJECTED');
    expect(settled({ quote: { nonce: sha256('another') } })).toBe('REJECTED');
    expect(settled({ challenge: { isUsed: true } })).toBe('REJECTED');
  });

  it('ok: it decides nothing where a log may be judged', () => {
    expect(settled({})).toBeNull();
    expect(settled({ policies: [], challenge: { pcrs: QUOTED }, rules: { allowsNothingBound: true } })).toBeNull();
  });
});

describe('verify: PCR selection', () => {
  const machine = healthyMachine();

  it('refused: a quote that lacks a PCR asked for', () => {
    const result = attest({ machine, quote: { pcrs: QUOTED.slice(0, 10) } });
    expect(result.failures).toMatchObject([{ code: 'PCR_NOT_QUOTED', pcr: 10 }]);
  });

  it('refused: a quote of no PCR at all, though its digest is right', () => {
    expect(codes(attest({ machine, quote: { pcrs: [] } }))).toContain('PCR_NOT_QUOTED');
  });

  it('refused: a quote with a PCR that was not asked for', () => {
    const result = attest({ machine, quote: { pcrs: [...QUOTED, 16] } });
    expect(result.failures).toMatchObject([{ code: 'PCR_NOT_ASKED', pcr: 16 }]);
  });

  it('refused: a bank that was not offered, which changes no state', () => {
    const result = attest({ machine, quote: { bank: 'sha1' } });
    expect(result.failures).toMatchObject([{ code: 'QUOTE_BANK_UNEXPECTED', class: 'PROTOCOL', got: 'sha1' }]);
    const fewer = attest({ machine, quote: { bank: 'sha1', pcrs: [7] } });
    expect(codes(fewer)).toEqual(['QUOTE_BANK_UNEXPECTED']);
  });

  it('refused: reported PCRs that are not the attested ones', () => {
    const { pcrs } = machine.tpm.quote({ nonce: sha256(''), pcrs: QUOTED.slice(1) });
    expect(codes(withQuote({ pcrs }))).toEqual(['PCR_SELECTION_MISMATCH']);
    const attested = `sha256:${QUOTED.join(',')}`;
    expect(withQuote({ pcrs: '{}' }).failures).toMatchObject([
      { code: 'PCR_SELECTION_MISMATCH', expected: [attested], got: 'nothing' },
    ]);
    const backwards = Object.entries(JSON.parse(pcrs).sha256).map(([pcr, value]) => `"${pcr}":"${value}"`);
    expect(withQuote({ pcrs: `{"sha256":{${backwards.reverse().join(',')}}}` }).failures).toMatchObject([
      { code: 'PCR_SELECTION_MISMATCH', got: `sha256:${QUOTED.slice(1).join(',')}` },
    ]);
  });

  it('refused: reported values that are not the attested ones', () => {
    const { pcrs } = prepare({ machine }).evidence.quote;
    const values: { sha256: Record<string, string> } = JSON.parse(pcrs);
    values.sha256[3] = '00'.repeat(32);
    expect(codes(withQuote({ pcrs: JSON.stringify(values) }))).toEqual(['PCR_DIGEST_MISMATCH']);
  });

  it('refused: more PCRs are required than the challenge asked for, which is not the agent’s fault', () => {
    const result = attest({ machine, challenge: { pcrs: [0, 1] } });
    expect(result.failures).toMatchObject([{ code: 'CHALLENGE_OUTDATED', class: 'PROTOCOL' }]);
  });
});

describe('verify: PCR policies', () => {
  const machine = healthyMachine();
  const hex = (pcr: number, bank: 'sha1' | 'sha256' = 'sha256') =>
    Buffer.from(machine.tpm.readPcrs(bank, [pcr]).get(pcr) ?? []).toString('hex');

  it('ok: the required PCRs are in ascending order, whichever layer names them', () => {
    const masked = (mask: string) => layer({ tpmPolicy: parsePcrPolicy(JSON.stringify({ mask })) });
    expect(requiredPcrs([masked('0x4000'), IMA_LAYER, masked('0x800')], 'PHYSICAL')).toEqual([...QUOTED, 11, 14]);
  });

  it('refused: a value that one quoted bank has not, though another bank has a listed one', () => {
    const selections = (['sha1', 'sha256'] as const).map((hash) => ({ hash, pcrs: [7] }));
    const story = { machine, challenge: { hashAlgorithms: ['sha1', 'sha256'] as const }, quote: { selections } };
    const judged = (...values: string[]) => codes(attest({ ...story, policies: [pcrLayer(7, values)] }));
    expect(judged(hex(7))).toEqual([]);
    expect(judged(hex(7), hex(7, 'sha1'))).toEqual([]);
    expect(judged(hex(7), hex(6, 'sha1'))).toEqual(['PCR_VALUE_MISMATCH']);
    expect(judged(hex(6), hex(7, 'sha1'))).toEqual(['PCR_VALUE_MISMATCH']);
  });

  it('ok: a policy about PCR 10 alone takes no log', () => {
    const result = attest({ machine, policies: [pcrLayer(10, [hex(10)])], evidence: { imaLog: machine.log() } });
    expect(result).toMatchObject({ verdict: 'ACCEPTED', counts: { entries: 0 } });
    expect(result.next?.ima).toBeUndefined();
  });

  it('ok: a listed value, in any of several layers', () => {
    expect(attest({ machine, policies: [pcrLayer(7, [hex(7)])] }).verdict).toBe('ACCEPTED');
    expect(attest({ machine, policies: [pcrLayer(7, ['00'.repeat(32)]), pcrLayer(7, [hex(7)])] }).verdict).toBe(
      'ACCEPTED',
    );
  });

  it('refused: a value that is not listed', () => {
    const result = attest({ machine, policies: [pcrLayer(7, [hex(6)])] });
    const expected = {
      code: 'PCR_VALUE_MISMATCH',
      class: 'POLICY',
      pcr: 7,
      expected: [hex(6)],
      got: hex(7),
      layer: 'base',
    };
    expect(result.failures).toMatchObject([expected]);
  });

  it('refused: values for a bank that is not quoted', () => {
    expect(codes(attest({ machine, policies: [pcrLayer(7, ['00'.repeat(20)])] }))).toEqual(['PCR_VALUE_MISMATCH']);
  });

  it('refused: a policy for the other kind of TPM binds nothing', () => {
    const input = { enrolment: { attestationKey: machine.tpm.akPublic, tpmKind: 'VIRTUAL' as const } };
    expect(codes(attest({ machine, policies: [pcrLayer(7, [hex(7)])], input }))).toEqual(['NOTHING_BOUND']);
  });

  it('refused: values that the policy for virtual TPMs does not list, whatever that for physical ones says', () => {
    const [right, wrong] = [[hex(7)], ['00'.repeat(32)]].map((values) => parsePcrPolicy(JSON.stringify({ 7: values })));
    const input = { enrolment: { attestationKey: machine.tpm.akPublic, tpmKind: 'VIRTUAL' as const } };
    const judged = (tpmPolicy: typeof right, vtpmPolicy: typeof right) =>
      codes(attest({ machine, policies: [layer({ tpmPolicy, vtpmPolicy })], input }));
    expect(judged(right, wrong)).toEqual(['PCR_VALUE_MISMATCH']);
    expect(judged(wrong, right)).toEqual([]);
  });

  it('refused: PCR policies without values bind nothing, and what their mask names is still to be quoted', () => {
    for (const text of ['{}', '{"mask":"0x0"}', '{"mask":"0x81"}']) {
      const policies = [layer({ tpmPolicy: parsePcrPolicy(text) }), layer({ tpmPolicy: parsePcrPolicy('{}') })];
      expect(codes(attest({ machine, policies }))).toEqual(['NOTHING_BOUND']);
    }
    const masked = layer({ tpmPolicy: parsePcrPolicy('{"mask":"0x800"}') });
    expect(requiredPcrs([IMA_LAYER, masked], 'PHYSICAL')).toContain(11);
    expect(codes(attest({ machine, policies: [masked], quote: { pcrs: QUOTED } }))).toEqual([
      'PCR_NOT_QUOTED',
      'PCR_NOT_ASKED',
    ]);
    expect(codes(attest({ machine, policies: [masked, IMA_LAYER] }))).toEqual([]);
  });

  it('refused: nothing bound is never accepted, unless a caller offline asks for the quote alone', () => {
    const story = { machine, policies: [], challenge: { pcrs: QUOTED } };
    expect(attest(story)).toMatchObject({
      verdict: 'REJECTED',
      failures: [{ code: 'NOTHING_BOUND', class: 'PROTOCOL' }],
      next: null,
    });
    const asAsked = { machine, policies: [], challenge: { pcrs: [] }, quote: { pcrs: [] } };
    expect(codes(attest(asAsked))).toEqual(['NOTHING_BOUND']);
    expect(codes(attest({ ...asAsked, rules: { allowsNothingBound: true } }))).toEqual(['PCR_NOT_QUOTED']);
    const replayed = attest({ ...story, rules: { allowsNothingBound: true } });
    expect(replayed).toMatchObject({ verdict: 'ACCEPTED', counts: { entries: 4, attested: 4 } });
    const forged = attest({ ...story, rules: { allowsNothingBound: true }, evidence: { imaLog: machine.log(1) } });
    expect(codes(forged)).toContain('IMA_PCR_MISMATCH');
  });

  it('ok: offline, a quote alone, one beside a log that it cannot attest, and a log with a measured buffer', () => {
    const story = { machine, policies: [], rules: { allowsNothingBound: true } };
    const alone = attest({ ...story, challenge: { pcrs: QUOTED }, evidence: { imaLog: undefined } });
    expect(alone).toMatchObject({ verdict: 'ACCEPTED', failures: [] });
    const beside = attest({ ...story, challenge: { pcrs: [0, 1] }, evidence: { imaLog: machine.log() } });
    expect(beside).toMatchObject({ verdict: 'ACCEPTED', counts: { entries: 0 } });
    const last = Buffer.from('root=/dev/sda');
    const buffered = healthyMachine().measure({
      path: 'kexec-cmdline',
      template: 'ima-buf',
      digest: sha256(last),
      last,
    });
    const replayed = attest({ ...story, machine: buffered, challenge: { pcrs: QUOTED } });
    expect(replayed).toMatchObject({ verdict: 'ACCEPTED', failures: [], counts: { attested: 5 } });
  });

  it('ok: a rule may soften a policy failure, and no rule an integrity failure', () => {
    const rules = { severities: [{ severity: 'warning' as const }] };
    const softened = attest({ machine, policies: [pcrLayer(7, [hex(6)])], rules });
    expect(softened).toMatchObject({
      verdict: 'ACCEPTED',
      failures: [{ severity: 'warning' }],
      counts: { warnings: 1 },
    });
    expect(attest({ machine, rules, evidence: { imaLog: '' } }).verdict).toBe('REJECTED');
  });
});

describe('verify: the clock', () => {
  const state = { resetCount: 5, restartCount: 3, clock: '5000' };
  const at = (resetCount: number, restartCount: number, clock: bigint, safe = true) => {
    const quote = { overrides: { resetCount, restartCount, clock, safe } };
    return codes(attest({ machine: healthyMachine(), previous: state, quote }));
  };

  it('ok: later in the same boot, after a resume, and after a reset that clears the rest', () => {
    for (const clock of [at(5, 3, 5001n), at(5, 4, 0n), at(6, 0, 0n)]) expect(clock).toEqual([]);
  });

  it('ok: two quotes within one tick of the clock, since their nonces tell them apart', () => {
    expect(at(5, 3, 5000n)).toEqual([]);
  });

  it('refused: counts that fall, and a clock that goes back within a boot', () => {
    expect(at(4, 9, 9000n)).toEqual(['BOOT_COUNT_WENT_BACK']);
    expect(at(5, 2, 9000n)).toEqual(['BOOT_COUNT_WENT_BACK']);
    expect(at(5, 3, 4999n)).toEqual(['CLOCK_WENT_BACK']);
  });

  it('warned: a clock that is not safe', () => {
    const result = attest({ machine: healthyMachine(), quote: { overrides: { safe: false } } });
    expect(result).toMatchObject({ verdict: 'ACCEPTED', failures: [{ code: 'CLOCK_UNSAFE', severity: 'warning' }] });
  });

  it('ok: a rejection leaves no state, an acceptance the attested clock', () => {
    expect(attest({ machine: healthyMachine(), policies: [IMA_LAYER], evidence: { imaLog: '' } }).next).toBeNull();
    expect(attest({ machine: healthyMachine() }).next).toMatchObject({
      resetCount: 1,
      restartCount: 0,
      clock: '1000010',
    });
  });
});
