import { Buffer } from 'node:buffer';
import { type ImaLine, ImaLogReader, PcrReplay } from '../ima/index.js';
import { DIGEST_BYTES, type HashAlgorithm } from '../tpm/index.js';
import { isSameBoot } from './clock.js';
import type { Findings } from './findings.js';
import { ImaJudge, isBootAggregate } from './ima-judge.js';
import type { AttestedQuote } from './quote.js';
import { IMA_PCR, judgementFingerprint } from './requirements.js';
import type { VerifierState, VerifyInput } from './types.js';

/** A log of several hundred thousand entries; agents send more in pieces, by offset. */
const MAX_LOG_BYTES = 100 * 1024 * 1024;

type ImaState = NonNullable<VerifierState['ima']>;

interface Start {
  readonly offset: number;
  readonly replays: readonly PcrReplay[];
}

/**
 * Replays the IMA log against the quoted PCR 10 and judges every entry. Entries after the point where the replay
 * reaches the quote were measured later: they are judged too, but the offset does not pass them. Returns the state that
 * the next log may continue from, or null; failures go to `findings`.
 */
export function walkIma(input: VerifyInput, attested: AttestedQuote, findings: Findings): ImaState | null {
  const log = boundedLog(input, findings);
  if (log === null) return null;
  const start = startOf(input, attested, findings);
  if (start === null) return null;
  if (log.length === 0 && start.offset === 0) {
    findings.add('IMA_LOG_EMPTY');
    return null;
  }
  const judge = new ImaJudge(input.policies, attested.banks, findings);
  const attestedEntries = replay(new ImaLogReader(log), start, judge, findings);
  if (attestedEntries < 0) {
    for (const { algorithm, value } of start.replays) {
      const expected = Buffer.from(attested.banks.get(algorithm)?.get(IMA_PCR) ?? []).toString('hex');
      findings.add('IMA_PCR_MISMATCH', `Bank ${algorithm}.`, { pcr: IMA_PCR, expected: [expected], got: value });
    }
    return null;
  }
  findings.counts.attested = attestedEntries;
  const offset = start.offset + attestedEntries;
  checkProgress(offset, input, attested, findings);
  return {
    offset,
    total: start.offset + findings.counts.entries,
    pcrs: Object.fromEntries(start.replays.map(({ algorithm, target }) => [algorithm, target])),
    fingerprint: judgementFingerprint(input.policies, input.rules),
  };
}

/**
 * The kernel extends the PCR with each entry before it measures the next, and a machine quotes before it reads the log.
 * So the next quote of the same boot must account for entries that are after this quote.
 */
function checkProgress(offset: number, input: VerifyInput, { quote }: AttestedQuote, findings: Findings): void {
  const { previous } = input;
  const expected = previous?.ima?.total ?? 0;
  if (previous === null || offset >= expected || !isSameBoot(quote.clockInfo, previous)) return;
  findings.add('IMA_LOG_UNATTESTED', '', { expected: [String(expected)], got: String(offset) });
}

function boundedLog({ evidence: { imaLog } }: VerifyInput, findings: Findings): Buffer | null {
  if (imaLog === undefined) findings.add('IMA_LOG_MISSING');
  else if (imaLog.length > MAX_LOG_BYTES) findings.add('IMA_LOG_TOO_LARGE', `At most ${MAX_LOG_BYTES} bytes.`);
  else if (typeof imaLog === 'string') return Buffer.from(imaLog, 'utf8');
  else return Buffer.from(imaLog.buffer, imaLog.byteOffset, imaLog.byteLength);
  return null;
}

/** Where the replay begins, and the value of PCR 10 there in each quoted bank. */
function startOf(input: VerifyInput, { quote, banks }: AttestedQuote, findings: Findings): Start | null {
  const { evidence, challenge, previous } = input;
  const offset = evidence.imaOffset ?? challenge.imaOffset;
  if (offset !== 0) {
    if (previous !== null && !isSameBoot(quote.clockInfo, previous)) findings.add('IMA_REBOOTED');
    else if (offset !== challenge.imaOffset) {
      findings.add('IMA_OFFSET_UNEXPECTED', '', { expected: ['0', String(challenge.imaOffset)], got: String(offset) });
    } else if (!continuesFrom(input, previous?.ima, offset)) {
      findings.add('CHALLENGE_OUTDATED', 'The log has to be judged from entry 0 again.');
    } else return replaysFrom(offset, banks, findings, previous?.ima);
    return null;
  }
  return replaysFrom(0, banks, findings, undefined);
}

function continuesFrom({ policies, rules }: VerifyInput, ima: ImaState | undefined, offset: number): boolean {
  return ima !== undefined && ima.offset === offset && ima.fingerprint === judgementFingerprint(policies, rules);
}

function replaysFrom(
  offset: number,
  banks: AttestedQuote['banks'],
  findings: Findings,
  ima: ImaState | undefined,
): Start | null {
  const replays: PcrReplay[] = [];
  for (const [algorithm, bank] of banks) {
    const target = bank.get(IMA_PCR);
    if (target === undefined) continue;
    if (target.every((byte) => byte === 0)) {
      findings.add('IMA_PCR_NOT_EXTENDED', `Bank ${algorithm}.`, { pcr: IMA_PCR });
      return null;
    }
    const value = startValue(algorithm, ima);
    if (value === null) {
      findings.add(
        'IMA_OFFSET_UNEXPECTED',
        `Earlier evidence did not quote the bank ${algorithm}; send the log from 0.`,
      );
      return null;
    }
    replays.push(new PcrReplay(algorithm, value, target));
  }
  return { offset, replays };
}

function startValue(algorithm: HashAlgorithm, ima: ImaState | undefined): Buffer | null {
  if (ima === undefined) return Buffer.alloc(DIGEST_BYTES[algorithm]);
  const hex = ima.pcrs[algorithm];
  return hex === undefined ? null : Buffer.from(hex, 'hex');
}

/** Reads the whole log. Returns the number of entries after which the quoted value was reached, or -1. */
function replay(reader: ImaLogReader, { offset, replays }: Start, judge: ImaJudge, findings: Findings): number {
  // Without a bank there is no value to reach, and `every` would be true for an empty list.
  if (replays.length === 0) return -1;
  let reached = replays.every((pcr) => pcr.isAtTarget) ? 0 : -1;
  for (let line = reader.next(); line !== 'END'; line = reader.next()) {
    judgeLine(line, reader, offset + reader.index, judge, findings);
    if (reached >= 0 || line === 'MALFORMED') continue;
    for (const pcr of replays) {
      if (line === 'VIOLATION') pcr.extendViolation();
      else pcr.extend(reader.data);
    }
    if (replays.every((pcr) => pcr.isAtTarget)) reached = reader.index + 1;
  }
  return reached;
}

function judgeLine(line: ImaLine, reader: ImaLogReader, entry: number, judge: ImaJudge, findings: Findings): void {
  const { counts } = findings;
  counts.entries += 1;
  if (entry === 0 && (line !== 'ENTRY' || !isBootAggregate(reader))) {
    findings.add('BOOT_AGGREGATE_MISMATCH', 'The first entry is not boot_aggregate.', { entry });
  }
  if (line === 'MALFORMED') {
    findings.add('IMA_PARSE_ERROR', `Line ${reader.index + 1}: ${reader.problem}.`, { entry });
  } else if (line === 'VIOLATION') {
    counts.violations += 1;
    findings.add('IMA_VIOLATION', reader.name, { entry, path: reader.name });
  } else {
    if (!reader.isTemplateHashRight) findings.add('IMA_TEMPLATE_HASH_MISMATCH', '', { entry, path: reader.name });
    judge.judge(reader, entry);
  }
}
