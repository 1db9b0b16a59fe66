import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Lease } from '../../platform/byte-budget.js';
import { unavailable } from '../../platform/errors.js';
import { traced } from '../../platform/trace.js';
import {
  type CompiledRuntimePolicy,
  compiledBytes,
  RuntimePolicyError,
  WINDOW_BYTES,
} from '../runtime-policy/index.js';
import type { VerificationResult, VerifyInput } from '../verifier/index.js';
import { Feed } from './feed.js';
import { PIECE_BYTES } from './feed-signals.js';
import type { CompileInput, Result } from './tasks.js';

/** Tasks that may wait for a thread; beyond this the server is overloaded, and reports that. */
const QUEUE_MAX = 256;
/** Including the wait. Accepted input is limited in size, and takes a few seconds; the largest lists ten times that. */
const VERIFY_TIMEOUT_MS = 60_000;
const COMPILE_TIMEOUT_MS = 180_000;
/** When to retry after a full queue. */
const RETRY_SECONDS = 5;

/** How much memory of short-lived objects a thread uses before it collects garbage. V8's default is 48. */
const YOUNG_MIB = 6;

/** Memory that a list's tables may take without a request: enough for a small list. */
const CREDIT_MIN_BYTES = 64 * 1024;
const CREDIT_MAX_BYTES = 1024 * 1024;

/** The built file, even when running from sources: a thread does not have the loader of a test runner. */
const TASKS = fileURLToPath(new URL('../../../dist/attestation/workers/tasks.js', import.meta.url));

let pool: Piscina | undefined;

/** One pool for the process, created at its first use. Idle threads do not keep the process alive. */
function threads(): Piscina {
  pool ??= new Piscina({
    filename: TASKS,
    minThreads: 1,
    // More threads than processors would only take turns, each with memory of its own.
    maxThreads: availableParallelism(),
    idleTimeout: 30_000,
    // Prefers requests that do not wait for a verification.
    niceIncrement: 5,
    // A task needs nothing from the process's environment, which may have secrets.
    env: {},
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  return pool;
}

/** How many tasks wait, and how many threads run; no threads before the first task. */
export const workerLoad = () => ({ waiting: pool?.queueSize ?? 0, threads: pool?.threads.length ?? 0 });

/** `verify`, off the event loop. Transfers a log of bytes; the caller has leased memory for it. */
export function verifyInWorker(input: VerifyInput): Promise<VerificationResult> {
  const transferList = wholeBuffer(input.evidence.imaLog);
  return traced('verify', () => run('verifyEvidence', input, { transferList, timeoutMs: VERIFY_TIMEOUT_MS }));
}

/** A list that is read at a thread's request. */
export interface ListStream {
  /** In bytes. */
  readonly size: number;
  /** sha256:hex. */
  readonly digest: string;
  open(): Readable;
  /** Bytes of memory for reading it. */
  readonly overhead: number;
}

/**
 * `compileRuntimePolicy`, off the event loop. Content in memory is transferred, and empty afterwards.
 * @param lease Covers content in memory. Leases memory for compiling as it grows; at the end, that of the result.
 * @throws RuntimePolicyError as `compileRuntimePolicy` does.
 */
export function compileInWorker(
  content: Uint8Array | ListStream,
  excludes: readonly string[],
  lease: Lease,
  timeoutMs = COMPILE_TIMEOUT_MS,
): Promise<CompiledRuntimePolicy> {
  return fed({ name: 'compileList', content, excludes, timeoutMs, keptBytes: compiledBytes }, lease);
}

/** The same for callers that only need to check a list and count its paths; nothing stays leased. */
export function checkInWorker(
  content: Uint8Array | ListStream,
  excludes: readonly string[],
  lease: Lease,
): Promise<number> {
  return fed<number>(
    { name: 'checkList', content, excludes, timeoutMs: COMPILE_TIMEOUT_MS, keptBytes: () => 0 },
    lease,
  );
}

interface FedTask<T> {
  readonly name: string;
  readonly content: Uint8Array | ListStream;
  readonly excludes: readonly string[];
  readonly timeoutMs: number;
  /** How much of the tables' memory the result still uses. */
  readonly keptBytes: (value: T) => number;
}

async function fed<T>({ name, content, excludes, timeoutMs, keptBytes }: FedTask<T>, lease: Lease): Promise<T> {
  const isWhole = content instanceof Uint8Array;
  const size = isWhole ? content.byteLength : content.size;
  const credit = Math.min(size + CREDIT_MIN_BYTES, CREDIT_MAX_BYTES);
  const overhead = isWhole ? 0 : content.overhead + WINDOW_BYTES + PIECE_BYTES;
  const feed = new Feed<Result<T>>({ open: isWhole ? null : content.open, credit, overhead }, lease);
  let kept = 0;
  try {
    const known = isWhole ? content : { size, digest: content.digest.replace('sha256:', '') };
    const input: CompileInput = { content: known, excludes, feed: feed.input };
    const transferList = [feed.input.port, ...(isWhole ? wholeBuffer(content) : [])];
    await run(name, input, { transferList, timeoutMs });
    const result = await feed.result;
    if ('problems' in result) throw new RuntimePolicyError(result.problems);
    kept = keptBytes(result.value);
    return result.value;
  } catch (error) {
    throw error instanceof RuntimePolicyError ? error : (feed.failure ?? error);
  } finally {
    feed.end(kept);
  }
}

interface RunOptions {
  /** What to transfer. */
  readonly transferList: readonly (ArrayBuffer | MessagePort)[];
  readonly timeoutMs: number;
}

async function run<Input, Output>(name: string, input: Input, { transferList, timeoutMs }: RunOptions) {
  if (threads().queueSize >= QUEUE_MAX) throw overloaded();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return (await threads().run(input, { name, signal, transferList: [...transferList] })) as Output;
  } catch (error) {
    throw signal.aborted ? overloaded() : error;
  }
}

const overloaded = () => unavailable('The server is busy with other evidence; try again.', RETRY_SECONDS);

/** A buffer without other content can be transferred; anything else is copied. */
function wholeBuffer(content: string | Uint8Array | undefined): ArrayBuffer[] {
  if (!(content instanceof Uint8Array) || !(content.buffer instanceof ArrayBuffer)) return [];
  return content.byteLength === content.buffer.byteLength ? [content.buffer] : [];
}
