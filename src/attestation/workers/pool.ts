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

/** Tasks that may wait for a thread; past it the server is asked for more than it can do, and says so. */
const QUEUE_MAX = 256;
/** Waiting included. What is accepted is bounded in size, and takes a few seconds; the largest lists ten times that. */
const VERIFY_TIMEOUT_MS = 60_000;
const COMPILE_TIMEOUT_MS = 180_000;
/** When to come back to a queue that is full. */
const RETRY_SECONDS = 5;

/** What the tables of a list may take without asking: enough for a small one. */
const CREDIT_MIN_BYTES = 64 * 1024;
const CREDIT_MAX_BYTES = 1024 * 1024;

/** The built file also when the sources are run, since a thread does not see the loader of a test runner. */
const TASKS = fileURLToPath(new URL('../../../dist/attestation/workers/tasks.js', import.meta.url));

let pool: Piscina | undefined;

/** One pool for the process, made at its first use. Threads that are idle keep no process alive. */
function threads(): Piscina {
  pool ??= new Piscina({
    filename: TASKS,
    minThreads: 1,
    idleTimeout: 30_000,
    // Requests that wait for no verification are answered first.
    niceIncrement: 5,
    // A task needs none of the process's environment, and secrets may be in it.
    env: {},
  });
  return pool;
}

/** How much there is to do, and how many do it; none before the first task. */
export const workerLoad = () => ({ waiting: pool?.queueSize ?? 0, threads: pool?.threads.length ?? 0 });

/** `verify`, off the event loop. The log is handed over where it is bytes; the caller has leased memory for it. */
export function verifyInWorker(input: VerifyInput): Promise<VerificationResult> {
  const transferList = wholeBuffer(input.evidence.imaLog);
  return traced('verify', () => run('verifyEvidence', input, { transferList, timeoutMs: VERIFY_TIMEOUT_MS }));
}

/** A list that is read when a thread asks for it. */
export interface ListStream {
  /** Bytes. */
  readonly size: number;
  /** sha256:hex. */
  readonly digest: string;
  open(): Readable;
  /** Bytes of memory that reading it takes. */
  readonly overhead: number;
}

/**
 * `compileRuntimePolicy`, off the event loop. Content that is there as a whole is handed over and empty afterwards.
 * @param lease Holds whole content. The memory that compiling takes is leased as it grows; in the end that of what was compiled.
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

/** The same for whoever only wants to know how many paths a good list has; nothing stays leased. */
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
  /** Of the memory that its tables took, how much is still in use behind it. */
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
  /** What changes hands. */
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

/** Memory that nothing else lies in can change hands; the rest is copied. */
function wholeBuffer(content: string | Uint8Array | undefined): ArrayBuffer[] {
  if (!(content instanceof Uint8Array) || !(content.buffer instanceof ArrayBuffer)) return [];
  return content.byteLength === content.buffer.byteLength ? [content.buffer] : [];
}
