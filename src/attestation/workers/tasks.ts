// Tasks of worker threads. Loaded only there: everything here computes, without I/O.
import { collectGarbage, collectYoungGarbage } from '../../platform/garbage.js';
import {
  type CompiledRuntimePolicy,
  compiledBytes,
  compileRuntimePolicy,
  compileStreamedPolicy,
  type PolicyProblem,
  RuntimePolicyError,
} from '../runtime-policy/index.js';
import { type VerificationResult, type VerifyInput, verify } from '../verifier/index.js';
import { Fed } from './fed.js';
import type { FeedInput } from './feed-signals.js';

export interface CompileInput {
  /** The whole list, or size and digest of one that is fed. */
  readonly content: Uint8Array | { readonly size: number; readonly digest: string };
  readonly excludes: readonly string[];
  readonly feed: FeedInput;
}

/** A refusal crosses threads as data, because the copy loses an error's class. */
export type Result<T> = { readonly value: T } | { readonly problems: readonly PolicyProblem[] };

/** Less than this is not worth the milliseconds of a garbage collection. */
const LARGE_BYTES = 8 * 1024 * 1024;

/** The pool calls each task by its name. */
export function verifyEvidence(input: VerifyInput): VerificationResult {
  const size = input.evidence.imaLog?.length ?? 0;
  const lists = input.policies.reduce(
    (sum, { runtimePolicy }) => sum + (runtimePolicy ? compiledBytes(runtimePolicy) : 0),
    0,
  );
  const result = verify(input);
  forget(input, size);
  if (size < LARGE_BYTES && lists >= LARGE_BYTES) collectYoungGarbage();
  return result;
}

/** Sends the result through the feed, so that this thread does not keep it. */
export function compileList(input: CompileInput): void {
  tellCompiled(input, (policy) => policy);
}

/** Sends how many paths a list has. */
export function checkList(input: CompileInput): void {
  tellCompiled(input, ({ files }) => files.count);
}

function tellCompiled<T>(input: CompileInput, of: (policy: CompiledRuntimePolicy) => T): void {
  const { content } = input;
  const size = content instanceof Uint8Array ? content.byteLength : content.size;
  new Fed<Result<T>>(input.feed).tell(resultOf(() => of(compile(input))));
  forget(input, size);
}

function compile({ content, excludes, feed }: CompileInput): CompiledRuntimePolicy {
  const fed = new Fed(feed);
  const room = (bytes: number) => fed.takeRoom(bytes);
  if (content instanceof Uint8Array) return compileRuntimePolicy(content, excludes, room);
  return compileStreamedPolicy({ ...content, read: (target) => fed.read(target) }, excludes, room);
}

function resultOf<T>(compute: () => T): Result<T> {
  try {
    return { value: compute() };
  } catch (error) {
    if (error instanceof RuntimePolicyError) return { problems: error.problems };
    throw error;
  }
}

/** An idle thread collects no garbage, and would keep the input of its last task. */
function forget(input: object, size: number): void {
  for (const key of Object.keys(input)) delete (input as Record<string, unknown>)[key];
  if (size >= LARGE_BYTES) collectGarbage();
}
