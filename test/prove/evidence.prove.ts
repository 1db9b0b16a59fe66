import { describe, expect, test } from 'vitest';
import {
  type Failure,
  type VerificationResult,
  type VerifyInput,
  verify,
  verifyQuote,
} from '../../src/attestation/verifier/index.js';
import { evidenceCase, honest, KEY, POLICY } from './evidence-cases.js';
import { reasonToReject } from './reference-verifier.js';
import { Tally, walk } from './walk.js';

const WHOLE = 250_000;
/** The reference is asked about all that is accepted, and about one in so many of the rest. */
const SAMPLED = 16;
/** Judged down to the log, and in it at least one line; with a quote signed for the case, or beside an honest one. */
const WALKED_SIGNED = 'reached the log, signed for the case';
const WALKED = 'reached the log, beside an honest quote';
const SHARE_WALKED = 0.2;

/** Found before the log is looked at, and an end of it; after the other two the log is judged as well. */
const isOfQuote = ({ code }: Failure) =>
  /^(QUOTE|SIGNATURE|NONCE|PCR|ATTESTATION_KEY)_/.test(code) && code !== 'PCR_VALUE_MISMATCH';

describe('evidence', () => {
  test('ok: what the cases begin with is accepted, by the product and by the reference', () => {
    for (const input of honest()) {
      expect(verify(input)).toMatchObject({ verdict: 'ACCEPTED', failures: [] });
      expect(reasonToReject(input, KEY, POLICY)).toBeNull();
    }
  });

  test('refused: mutated evidence, unless the reference would accept it as well', async () => {
    const tally = new Tally('evidence');
    const total = await walk(WHOLE, (random, index) => {
      const { kind, input } = evidenceCase(random);
      const result = verify(input);
      const settled = verifyQuote(input);
      if (settled !== null) expect(settled).toEqual(result);
      else expect(result.failures.some(isOfQuote)).toBe(false);
      if (result.verdict === 'ACCEPTED' || index % SAMPLED === 0) requireReason(input, result, tally);
      if (result.verdict === 'REJECTED' && result.next !== null)
        throw new Error('a state is kept of what was rejected');
      if (result.counts.entries > 0) tally.add(kind === 'otherLog' ? WALKED : WALKED_SIGNED);
      tally.add(`${kind} ${result.verdict}`);
      for (const code of new Set(result.failures.map((failure) => failure.code))) tally.add(code);
    });
    tally.print(total);
    expect(tally.of(WALKED_SIGNED) / total).toBeGreaterThan(SHARE_WALKED);
    for (const verdict of ['ACCEPTED', 'REJECTED']) expect(tally.of(`otherMachine ${verdict}`)).toBeGreaterThan(0);
  });
});

/** @throws Error when evidence was accepted that the reference knows a reason against. */
function requireReason(input: VerifyInput, { verdict }: VerificationResult, tally: Tally): void {
  const reason = reasonToReject(input, KEY, POLICY);
  if (verdict === 'REJECTED') tally.add(`sampled: the reference would refuse ${reason ?? 'nothing'}`);
  else if (reason !== null)
    throw new Error(`falsely accepted in spite of ${reason}: ${JSON.stringify(input.evidence)}`);
}
