import { constants, verify as verifySignature } from 'node:crypto';
import { parsePublicArea, parseSignature } from '../dist/attestation/tpm/index.js';
import { verify } from '../dist/attestation/verifier/index.js';
import { Machine, prepare } from './evidence.mjs';
import { inTurn, ratePerCpuSecond, rateTable } from './measure.mjs';

export const title = 'quotes';

const ROUNDS = 7;
const KEYS = { rsa: 'RSA-2048', ecc: 'P-256' };

const counted = (work) => () =>
  ratePerCpuSecond((times) => {
    for (let n = 0; n < times; n += 1) if (!work()) throw new Error('the quote was rejected');
  });

/** The time of `crypto.verify` alone, with everything prepared. */
function signatureAlone({ enrolment, evidence }) {
  const key = parsePublicArea(enrolment.attestationKey).toKeyObject();
  const message = Buffer.from(evidence.quote.message, 'base64');
  const { r, s, signature } = parseSignature(Buffer.from(evidence.quote.signature, 'base64'));
  const [options, bytes] =
    signature === undefined
      ? [{ key, dsaEncoding: 'ieee-p1363' }, Buffer.concat([r, s])]
      : [{ key, padding: constants.RSA_PKCS1_PADDING }, signature];
  return () => verifySignature('sha256', message, options, bytes);
}

/** A complete check of a quote over the PCRs that an IMA policy requires; nothing is bound, so no log is read. */
function wholeQuote(key) {
  const input = prepare({
    machine: new Machine({ key }).boot(),
    policies: [],
    rules: { allowsNothingBound: true },
    challenge: { pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    evidence: { imaLog: undefined },
  });
  return { input, judge: () => verify(input).verdict === 'ACCEPTED' };
}

export async function run() {
  const parts = [];
  for (const [key, name] of Object.entries(KEYS)) {
    const { input, judge } = wholeQuote(key);
    const contenders = { [`verify, ${name}`]: counted(judge), 'crypto.verify alone': counted(signatureAlone(input)) };
    parts.push(rateTable('Work', 'Quotes a second', await inTurn(contenders, ROUNDS)));
  }
  return [...parts, `Eleven PCRs are quoted, SHA-256; ${ROUNDS} rounds.`].join('\n\n');
}
