import { Buffer } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { newDraft, type PolicyDraft } from './draft.js';
import { ProblemList, RuntimePolicyError } from './errors.js';
import { parseFlat } from './parse-flat.js';
import { parseRuntimePolicyJson } from './parse-json.js';
import type { CompiledPathTable } from './path-table.js';
import type { Room } from './records.js';
import { type ByteSource, TextWindow } from './text-window.js';

/** The largest accepted list, in bytes; also the limit of uploads. */
export const MAX_POLICY_BYTES = 429_400_000;

const OPEN_OBJECT = 0x7b;
/** How many bytes of a list are searched for its format. */
const BEGINNING_BYTES = 1024;

/**
 * A checked and compiled list. It holds only plain values and `SharedArrayBuffer`s, so posting it to a worker thread
 * shares the memory instead of copying it.
 */
export interface CompiledRuntimePolicy {
  readonly format: 'JSON' | 'FLAT';
  /** SHA-256 in hex over the uploaded content and the separate excludes, if any. */
  readonly contentDigest: string;
  readonly files: CompiledPathTable;
  readonly keyrings: CompiledPathTable;
  readonly buffers: CompiledPathTable;
  readonly excludes: readonly string[];
  readonly ignoredKeyrings: readonly string[];
  /** Fields that are present but have no effect, for example `meta.generator`. */
  readonly unusedFields: readonly string[];
  readonly hasDeviceMapperPolicy: boolean;
  readonly hasVerificationKeys: boolean;
}

/** A list that arrives in pieces. */
export interface StreamedList extends ByteSource {
  /** Total bytes. */
  readonly size: number;
  /** SHA-256 of the whole list, in hex. */
  readonly digest: string;
}

const NO_EXCLUDES: readonly string[] = [];
const AS_MUCH_AS_IT_TAKES: Room = () => {};

/**
 * Checks a list completely and compiles it. The content is a Keylime runtime policy (JSON, version 1) or flat
 * `digest  path` lines; its first character decides. `excludes` are additional patterns.
 * @param room Called before the tables take memory; an error from it ends the work.
 * @throws RuntimePolicyError with up to `MAX_PROBLEMS` problems, by line and JSON pointer.
 */
export function compileRuntimePolicy(
  content: Uint8Array,
  excludes = NO_EXCLUDES,
  room = AS_MUCH_AS_IT_TAKES,
): CompiledRuntimePolicy {
  const problems = new ProblemList();
  requireSize(content.length, problems);
  const hash = createHash('sha256').update(content);
  const draft = newDraft(problems, seedOf(hash.copy().digest()), room);
  const format = fill(draft, TextWindow.of(content, problems), excludes);
  return finish(draft, format, digestOf(hash, excludes));
}

/**
 * The same for a list of which only a part is in memory at a time.
 * @throws Error when the bytes do not match the list's size and digest.
 */
export function compileStreamedPolicy(
  list: StreamedList,
  excludes = NO_EXCLUDES,
  room = AS_MUCH_AS_IT_TAKES,
): CompiledRuntimePolicy {
  const problems = new ProblemList();
  requireSize(list.size, problems);
  const hash = createHash('sha256');
  let size = 0;
  const read = (target: Uint8Array): number => {
    const count = list.read(target);
    size += count;
    hash.update(target.subarray(0, count));
    if (size > list.size || (count === 0 && (size < list.size || hash.copy().digest('hex') !== list.digest)))
      throw new Error(`the list is not the ${list.size} bytes of digest ${list.digest}`);
    return count;
  };
  const draft = newDraft(problems, seedOf(Buffer.from(list.digest, 'hex')), room);
  const format = fill(draft, TextWindow.from({ read }, problems), excludes);
  return finish(draft, format, digestOf(hash, excludes));
}

/** The memory of a compiled list, in bytes. */
export function compiledBytes({ files, keyrings, buffers }: CompiledRuntimePolicy): number {
  const memory = [files, keyrings, buffers].flatMap(({ names, directories, slots }) => [
    ...names,
    ...directories,
    slots,
  ]);
  return memory.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function requireSize(size: number, problems: ProblemList): void {
  if (size > MAX_POLICY_BYTES) problems.fail({ message: `the list has more than ${MAX_POLICY_BYTES} bytes` });
}

const seedOf = (digest: Buffer) => digest.readInt32LE(0);

/** Reads the whole list, and returns its format. */
function fill(draft: PolicyDraft, text: TextWindow, excludes: readonly string[]): 'JSON' | 'FLAT' {
  const format = formatOf(text);
  try {
    if (format === 'JSON') parseRuntimePolicyJson(text, draft);
    else parseFlat(text, draft);
  } catch (error) {
    if (error instanceof RangeError) throw new RuntimePolicyError([{ message: error.message }]);
    throw error;
  }
  for (const [index, pattern] of excludes.entries()) {
    const message = draft.excludes.add(pattern);
    if (message !== null) draft.problems.add({ pointer: `/excludeList/${index}`, message });
  }
  draft.problems.throwIfAny();
  return format;
}

function formatOf(text: TextWindow): 'JSON' | 'FLAT' {
  for (let at = 0; at < BEGINNING_BYTES && (at < text.end || text.more()); at += 1) {
    const byte = text.bytes[at] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte === OPEN_OBJECT ? 'JSON' : 'FLAT';
  }
  return 'FLAT';
}

function finish(draft: PolicyDraft, format: 'JSON' | 'FLAT', contentDigest: string): CompiledRuntimePolicy {
  return {
    format,
    contentDigest,
    files: draft.files.finish(),
    keyrings: draft.keyrings.finish(),
    buffers: draft.buffers.finish(),
    excludes: draft.excludes.patterns,
    ignoredKeyrings: draft.ignoredKeyrings,
    unusedFields: draft.unusedFields,
    hasDeviceMapperPolicy: draft.hasDeviceMapperPolicy,
    hasVerificationKeys: draft.hasVerificationKeys,
  };
}

/** Without separate excludes, this is the digest that `sha256sum` prints for the file. */
function digestOf(hash: Hash, excludes: readonly string[]): string {
  if (excludes.length > 0) hash.update('\0').update(JSON.stringify(excludes));
  return hash.digest('hex');
}
