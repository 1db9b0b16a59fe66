import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Lease } from '../../platform/byte-budget.js';
import { unavailable } from '../../platform/errors.js';
import { traced } from '../../platform/trace.js';
import { type CompiledRuntimePolicy, RuntimePolicyError } from '../runtime-policy/index.js';
import type { VerificationResult, VerifyInput } from '../verifier/index.js';
import type { Compiled, CompileInput } from './tasks.js';

/** Tasks that may wait for a thread; past it the server is asked for more than it can do, and says so. */
const QUEUE_MAX = 256;
/** Waiting included. What is accepted is bounded in size, and takes a few seconds at the very most. */
const TIMEOUT_MS = 60_000;

/** A list is collected in tables that grow, and these are copied where threads share them. */
const COMPILE_FACTOR = 2;
/** When to come back to a queue that is full. */
const RETRY_SECONDS = 5;

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
  return traced('verify', () => run('verifyEvidence', input, input.evidence.imaLog));
}

/**
 * `compileRuntimePolicy`, off the event loop. The content is handed over and empty afterwards.
 * @param lease Holds the content. What compiling takes beside it is leased from now until it is done.
 * @throws RuntimePolicyError as `compileRuntimePolicy` does.
 */
export async function compileInWorker(
  content: Uint8Array,
  excludes: readonly string[],
  lease: Lease,
): Promise<CompiledRuntimePolicy> {
  const input: CompileInput = { content, excludes };
  const working = content.byteLength * COMPILE_FACTOR;
  lease.take(working);
  try {
    const compiled: Compiled = await run('compileList', input, content);
    if ('problems' in compiled) throw new RuntimePolicyError(compiled.problems);
    return compiled.policy;
  } finally {
    lease.give(working);
  }
}

async function run<Input, Output>(name: string, input: Input, handedOver: string | Uint8Array | undefined) {
  if (threads().queueSize >= QUEUE_MAX) throw overloaded();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return (await threads().run(input, { name, signal, transferList: wholeBuffer(handedOver) })) as Output;
  } catch (error) {
    throw signal.aborted ? overloaded() : error;
  }
}

const overloaded = () => unavailable('The server has too much to verify just now; try again.', RETRY_SECONDS);

/** Memory that nothing else lies in can change hands; the rest is copied. */
function wholeBuffer(content: string | Uint8Array | undefined): ArrayBuffer[] {
  if (!(content instanceof Uint8Array) || !(content.buffer instanceof ArrayBuffer)) return [];
  return content.byteLength === content.buffer.byteLength ? [content.buffer] : [];
}
