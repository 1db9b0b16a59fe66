import { hash } from 'node:crypto';
import { bootAggregates, type ImaLogReader } from '../ima/index.js';
import {
  BOOT_AGGREGATE,
  digestSize,
  formatDigest,
  openRuntimePolicy,
  type PathTable,
  type RuntimePolicy,
} from '../runtime-policy/index.js';
import { isHashAlgorithm, type PcrBanks } from '../tpm/index.js';
import type { Findings } from './findings.js';
import { isKeyBuffer } from './key-buffer.js';
import type { PolicyLayer } from './types.js';

const MAX_EXPECTED = 8;
const ANY_KEYRING = '*';

interface OpenLayer {
  readonly name: string;
  readonly policy: RuntimePolicy;
}

/** Judges single entries of a log. An entry is allowed if any layer lists it. */
export class ImaJudge {
  readonly #layers: readonly OpenLayer[];
  readonly #banks: PcrBanks;
  readonly #findings: Findings;

  constructor(policies: readonly PolicyLayer[], banks: PcrBanks, findings: Findings) {
    this.#layers = policies.flatMap(({ name, runtimePolicy }) =>
      runtimePolicy === undefined ? [] : [{ name, policy: openRuntimePolicy(runtimePolicy) }],
    );
    this.#banks = banks;
    this.#findings = findings;
  }

  judge(reader: ImaLogReader, entry: number): void {
    if (reader.template?.last === 'buf') this.#judgeBuffer(reader, entry);
    else if (isBootAggregate(reader)) this.#judgeBootAggregate(reader, entry);
    else this.#judgeFile(reader, entry);
  }

  /** After kexec a log has a second `boot_aggregate`; it must match the same PCRs. */
  #judgeBootAggregate(reader: ImaLogReader, entry: number): void {
    const digest = reader.digest.subarray(0, reader.digestSize);
    const expected = bootAggregates(reader.algorithm, this.#banks);
    if (reader.isFileDigest && expected.some((value) => digest.equals(value))) {
      this.#findings.counts.matched += 1;
      return;
    }
    const details = { entry, path: BOOT_AGGREGATE, expected: expected.map(formatDigest), got: gotDigest(reader) };
    this.#findings.add('BOOT_AGGREGATE_MISMATCH', '', details);
  }

  #judgeFile(reader: ImaLogReader, entry: number): void {
    // A digest of another kind, or of an algorithm that lists cannot name, matches no path.
    const size = reader.isFileDigest && digestSize(reader.algorithm) === reader.digestSize ? reader.digestSize : 0;
    for (const { policy } of this.#layers) {
      if (isListed(policy.files, reader, size)) {
        this.#findings.counts.matched += 1;
        return;
      }
    }
    if (this.#layers.length > 0) this.#judgeUnmatched(reader, entry, (policy) => policy.files);
  }

  /** A measured buffer: a key loaded on a keyring, a kexec command line, critical data. */
  #judgeBuffer(reader: ImaLogReader, entry: number): void {
    const { algorithm, buffer } = reader;
    const digest = reader.digest.toString('hex', 0, reader.digestSize);
    if (!isHashAlgorithm(algorithm) || hash(algorithm, buffer, 'hex') !== digest) {
      this.#findings.add('IMA_BUFFER_DIGEST_MISMATCH', '', { entry, path: reader.name, got: gotDigest(reader) });
      return;
    }
    if (this.#layers.length === 0) return;
    // Rules for keyrings apply to keys only, not to other buffers with a keyring's name.
    const isKey = isKeyBuffer(reader.name, buffer);
    const tableOf = ({ keyrings, buffers }: RuntimePolicy) => (isKey ? keyrings : buffers);
    const { counts } = this.#findings;
    for (const { policy } of this.#layers) {
      const { ignoredKeyrings: ignored } = policy;
      if (isKey && (ignored.has(reader.name) || ignored.has(ANY_KEYRING))) {
        counts.ignored += 1;
        return;
      }
      if (isListed(tableOf(policy), reader, reader.digestSize)) {
        counts.matched += 1;
        return;
      }
    }
    this.#judgeUnmatched(reader, entry, tableOf);
  }

  /** No layer lists the digest: the entry is excluded, listed with other digests, or not listed. */
  #judgeUnmatched(reader: ImaLogReader, entry: number, tableOf: (policy: RuntimePolicy) => PathTable): void {
    const path = reader.name;
    const listing = this.#layers.filter(({ policy }) => find(tableOf(policy), reader) >= 0);
    // An exclude applies to its own layer's paths and to paths that no layer lists, but not to paths that another layer
    // lists.
    const excluder = this.#layers.find(
      (layer) => listing.every((other) => other === layer) && layer.policy.isExcluded(path),
    );
    if (excluder !== undefined) {
      this.#findings.counts.excluded += 1;
      return;
    }
    const got = gotDigest(reader);
    const first = listing[0];
    if (first === undefined) {
      // Of several lists none is to blame alone.
      const [only, ...others] = this.#layers;
      const layer = only === undefined || others.length > 0 ? {} : { layer: only.name };
      this.#findings.add('IMA_NOT_IN_ALLOWLIST', path, { entry, path, got, ...layer });
      return;
    }
    const table = tableOf(first.policy);
    const expected = table.digestsOf(find(table, reader), MAX_EXPECTED).map(formatDigest);
    this.#findings.add('IMA_DIGEST_MISMATCH', path, { entry, path, expected, got, layer: first.name });
  }
}

/** Whether the entry is about the boot PCRs and not about a file. */
export function isBootAggregate(reader: ImaLogReader): boolean {
  if (reader.nameEnd - reader.nameStart !== BOOT_AGGREGATE.length) return false;
  return reader.template?.last !== 'buf' && reader.name === BOOT_AGGREGATE;
}

function find(table: PathTable, reader: ImaLogReader): number {
  return table.find(reader.log, reader.nameStart, reader.nameEnd);
}

function isListed(table: PathTable, reader: ImaLogReader, size: number): boolean {
  return size > 0 && table.lists(reader.log, reader.nameStart, reader.nameEnd, reader.digest, size);
}

function gotDigest(reader: ImaLogReader): string {
  const kind = reader.isFileDigest ? '' : 'verity:';
  return `${kind}${reader.algorithm}:${reader.digest.toString('hex', 0, reader.digestSize)}`;
}
