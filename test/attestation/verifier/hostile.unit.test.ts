import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURES, verify } from '../../../src/attestation/verifier/index.js';
import { fileSignature } from '../ima/ima-log.js';
import { codes, healthyMachine, prepare } from './machine.js';

/** Fields of a TPMS_ATTEST that only the key vouches for: qualifiedSigner, clockInfo and firmwareVersion. */
function isFreelyStated(message: Buffer, at: number): boolean {
  const signerEnd = 8 + message.readUInt16BE(6);
  const nonceEnd = signerEnd + 2 + message.readUInt16BE(signerEnd);
  const clockAndFirmware = 8 + 4 + 4 + 1 + 8;
  return (at >= 8 && at < signerEnd) || (at >= nonceEnd && at < nonceEnd + clockAndFirmware);
}

describe('verify: hostile evidence', () => {
  const last = fileSignature(Buffer.alloc(20, 3));
  const machine = healthyMachine().measure({ path: '/usr/bin/bash', template: 'ima-sig', last });
  const input = prepare({ machine });
  const { quote } = input.evidence;
  const log = machine.log();

  it('ok: the evidence that is mutated below is accepted as it is', () => {
    expect(verify(input)).toMatchObject({ verdict: 'ACCEPTED', failures: [] });
  });

  it('refused: any text in any part is rejected, and never an exception', () => {
    const text = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
    );
    const part = <T>(own: T) => fc.oneof({ weight: 2, arbitrary: text }, { weight: 1, arbitrary: fc.constant(own) });
    const parts = fc.record({
      message: part(quote.message),
      signature: part(quote.signature),
      pcrs: part(quote.pcrs),
      imaLog: fc.oneof(text, fc.constant(log), fc.constant(undefined), fc.uint8Array()),
      imaOffset: fc.oneof(fc.constant(undefined), fc.integer(), fc.double()),
    });
    fc.assert(
      fc.property(parts, ({ imaLog, imaOffset, ...mutated }) => {
        const isOwn =
          imaLog === log &&
          Object.entries(mutated).every(([name, value]) => Object.is(Reflect.get(quote, name), value));
        fc.pre(!isOwn);
        const result = verify({ ...input, evidence: { quote: mutated, imaLog, imaOffset } });
        expect(result).toMatchObject({ verdict: 'REJECTED', next: null });
      }),
      { numRuns: 300 },
    );
  });

  it('refused: a quote whose bytes are changed, also when it is signed again', () => {
    const message = Buffer.from(quote.message, 'base64');
    fc.assert(
      fc.property(
        fc.nat(message.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (at, flip, isSignedAgain) => {
          const changed = Buffer.from(message);
          changed[at] = (changed[at] ?? 0) ^ flip;
          const signature = isSignedAgain ? machine.tpm.sign(changed).toString('base64') : quote.signature;
          const evidence = { ...input.evidence, quote: { ...quote, message: changed.toString('base64'), signature } };
          const result = verify({ ...input, evidence });
          if (!isSignedAgain) expect(codes(result)).toEqual(['SIGNATURE_INVALID']);
          // Who holds the key may state any clock, firmware or signer; what binds the machine's PCRs stays bound.
          else expect(result.verdict === 'REJECTED' || isFreelyStated(message, at)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('refused: a log with any one byte changed, removed or added', () => {
    const bytes = Buffer.from(log);
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.nat(255),
      how: fc.constantFrom('replace' as const, 'remove' as const, 'insert' as const),
    });
    fc.assert(
      fc.property(change, ({ at, byte, how }) => {
        const before = bytes.subarray(0, at);
        const after = bytes.subarray(how === 'insert' ? at : at + 1);
        const imaLog = Buffer.concat([before, how === 'remove' ? Buffer.alloc(0) : Buffer.from([byte]), after]);
        // Without its last newline the log still says the same.
        fc.pre(!imaLog.equals(bytes) && !imaLog.equals(bytes.subarray(0, -1)));
        expect(verify({ ...input, evidence: { ...input.evidence, imaLog } }).verdict).toBe('REJECTED');
      }),
      { numRuns: 600 },
    );
  });
});

describe('FAILURES', () => {
  it('ok: every code has a sentence, and INTEGRITY is always fatal', () => {
    for (const [code, { class: kind, severity, description }] of Object.entries(FAILURES)) {
      expect(code).toMatch(/^[A-Z0-9_]+$/);
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(kind === 'INTEGRITY', code).toBe(severity === 'fatal');
    }
  });
});
