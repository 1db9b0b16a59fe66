import { Buffer, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { newDraft, type PolicyDraft } from './draft.js';
import { ProblemList, RuntimePolicyError } from './errors.js';
import { parseFlat } from './parse-flat.js';
import { parseRuntimePolicyJson } from './parse-json.js';
import type { CompiledPathTable } from './path-table.js';

/** The largest list that is accepted, in bytes. */
export const MAX_POLICY_BYTES = 100 * 1024 * 1024;

/**
 * A list, checked and compiled. It holds only plain values and `SharedArrayBuffer`s, so posting it to a
 * worker thread shares the memory instead of copying it.
 */
export interface CompiledRuntimePolicy {
  readonly format: 'JSON' | 'FLAT';
  /** SHA-256 in hex over the content as uploaded and the separate excludes, if any. */
  readonly contentDigest: string;
  readonly files: CompiledPathTable;
  readonly keyrings: CompiledPathTable;
  readonly buffers: CompiledPathTable;
  readonly excludes: readonly string[];
  readonly ignoredKeyrings: readonly string[];
  /** Fields that were given and change nothing, such as `meta.generator`. */
  readonly unusedFields: readonly string[];
  readonly hasDeviceMapperPolicy: boolean;
  readonly hasVerificationKeys: boolean;
}

/**
 * Checks a list in full and compiles it. The content is a Keylime runtime policy (JSON, version 1) or flat
 * `digest  path` lines, told apart by the first character; `excludes` are further patterns beside it.
 * @throws RuntimePolicyError naming up to `MAX_PROBLEMS` problems by line and JSON pointer.
 */
export function compileRuntimePolicy(content: Uint8Array, excludes: readonly string[] = []): CompiledRuntimePolicy {
  const problems = new ProblemList();
  if (content.length > MAX_POLICY_BYTES) problems.fail({ message: `the list has more than ${MAX_POLICY_BYTES} bytes` });
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  requireUtf8(text, problems);
  const digest = digestOf(text, excludes);
  const draft = newDraft(problems, digest.readInt32LE(0));
  const format = /^\s*\{/.test(text.toString('latin1', 0, 1024)) ? 'JSON' : 'FLAT';
  fill(draft, format, text, excludes);
  problems.throwIfAny();
  return {
    format,
    contentDigest: digest.toString('hex'),
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

function fill(draft: PolicyDraft, format: 'JSON' | 'FLAT', text: Buffer, excludes: readonly string[]): void {
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
}

function digestOf(text: Buffer, excludes: readonly string[]): Buffer {
  const hash = createHash('sha256').update(text);
  // Without separate excludes this is the digest that `sha256sum` prints for the file.
  if (excludes.length > 0) hash.update('\0').update(JSON.stringify(excludes));
  return hash.digest();
}

/** A log is text, so a path that is not UTF-8 could never match: better said than silently dead. */
function requireUtf8(text: Buffer, problems: ProblemList): void {
  if (isUtf8(text)) return;
  let line = 1;
  for (let start = 0; start < text.length; line += 1) {
    const newline = text.indexOf(0x0a, start);
    const end = newline < 0 ? text.length : newline;
    if (!isUtf8(text.subarray(start, end))) break;
    start = end + 1;
  }
  problems.fail({ line, message: 'the text is not UTF-8' });
}
