export {
  type CompiledRuntimePolicy,
  compiledBytes,
  compileRuntimePolicy,
  compileStreamedPolicy,
  MAX_POLICY_BYTES,
  type StreamedList,
} from './compile.js';
export { algorithmOfSize, decodeHex, digestSize } from './digests.js';
export { BOOT_AGGREGATE } from './draft.js';
export { MAX_PROBLEMS, type PolicyProblem, RuntimePolicyError } from './errors.js';
export { parseExcludeList } from './excludes.js';
export { type LintCode, type LintWarning, lintPcrPolicy, lintRuntimePolicy } from './lint.js';
export { formatDigest, type Lookup, openRuntimePolicy, type RuntimePolicy } from './open.js';
export type { PathTable } from './path-table.js';
export { constrainsAny, type PcrPolicy, type PcrPolicyOptions, parsePcrPolicy } from './pcr-policy.js';
export type { Room } from './records.js';
export { type ByteSource, WINDOW_BYTES } from './text-window.js';
