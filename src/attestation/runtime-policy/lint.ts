import type { CompiledRuntimePolicy } from './compile.js';
import { BOOT_AGGREGATE } from './draft.js';
import { compileExcludes } from './excludes.js';
import { openRuntimePolicy, type RuntimePolicy } from './open.js';
import { constrainsAny, type PcrPolicy } from './pcr-policy.js';

export type LintCode =
  | 'LIST_EMPTY'
  | 'EXCLUDES_EVERYTHING'
  | 'EXCLUDE_UNANCHORED'
  | 'EXCLUDES_LISTED_PATHS'
  | 'SHA1_ONLY'
  | 'NO_DIGESTS'
  | 'BOOT_AGGREGATE_NOT_USED'
  | 'FIELDS_NOT_USED'
  | 'SIGNATURES_NOT_VERIFIED'
  | 'DEVICE_MAPPER_NOT_EVALUATED'
  | 'CONSTRAINS_NOTHING';

/** Something in a valid list that its author probably does not mean. */
export interface LintWarning {
  readonly code: LintCode;
  readonly message: string;
}

/** A path that no sensible exclude matches. */
const UNLIKELY_PATH = '/\u{1f512}/bailiwick-lint';
const SHA1_BYTES = 20;

/** Reports where a valid list allows more than it seems to. */
export function lintRuntimePolicy(compiled: CompiledRuntimePolicy): LintWarning[] {
  const policy = openRuntimePolicy(compiled);
  return [...lintExcludes(compiled), ...lintEntries(compiled, policy), ...lintUnused(compiled, policy)];
}

/** Reports what a valid PCR policy fails to constrain. */
export function lintPcrPolicy(policy: PcrPolicy): LintWarning[] {
  if (constrainsAny(policy)) return [];
  const message = 'no PCR has a value, so the policy constrains nothing: an agent bound to it alone is never trusted';
  return [{ code: 'CONSTRAINS_NOTHING', message }];
}

function lintExcludes(compiled: CompiledRuntimePolicy): LintWarning[] {
  return compiled.excludes.flatMap((pattern): LintWarning[] => {
    const shown = JSON.stringify(pattern);
    if (compileExcludes([pattern])(UNLIKELY_PATH)) {
      return [
        {
          code: 'EXCLUDES_EVERYTHING',
          message: `the exclude ${shown} matches every path, so the list decides nothing`,
        },
      ];
    }
    if (/(?:\$|\\Z|\/|\.\*|\.\+)\)*$/.test(pattern)) return [];
    const message = `the exclude ${shown} also matches longer names that begin the same; end it with $ or /`;
    return [{ code: 'EXCLUDE_UNANCHORED', message }];
  });
}

function lintEntries(compiled: CompiledRuntimePolicy, policy: RuntimePolicy): LintWarning[] {
  const { files } = policy;
  let [sha1Only, bare, excluded] = [0, 0, 0];
  for (const record of files.listed()) {
    const sizes = files.digestsOf(record, Number.POSITIVE_INFINITY).map((digest) => digest.length);
    if (sizes.length === 0) bare += 1;
    else if (sizes.every((size) => size === SHA1_BYTES)) sha1Only += 1;
    if (compiled.excludes.length > 0 && policy.isExcluded(files.nameOf(record))) excluded += 1;
  }
  const warnings: LintWarning[] = [];
  if (files.count === 0)
    warnings.push({
      code: 'LIST_EMPTY',
      message: 'the list has no paths: every measured file that is not excluded is refused',
    });
  if (sha1Only > 0)
    warnings.push({
      code: 'SHA1_ONLY',
      message: `${sha1Only} paths have only SHA-1 digests, for which collisions can be made`,
    });
  if (bare > 0)
    warnings.push({ code: 'NO_DIGESTS', message: `${bare} paths have no digest, so nothing at them is ever accepted` });
  if (excluded > 0)
    warnings.push({
      code: 'EXCLUDES_LISTED_PATHS',
      message: `${excluded} listed paths are excluded too, so their digests are not enforced`,
    });
  return warnings;
}

function lintUnused(compiled: CompiledRuntimePolicy, { files }: RuntimePolicy): LintWarning[] {
  const warnings: LintWarning[] = [];
  const name = Buffer.from(BOOT_AGGREGATE);
  if (files.find(name, 0, name.length) >= 0) {
    const message = 'the digests of boot_aggregate are not used: it must agree with the quoted PCRs';
    warnings.push({ code: 'BOOT_AGGREGATE_NOT_USED', message });
  }
  if (compiled.unusedFields.length > 0) {
    const message = `these fields change nothing: ${compiled.unusedFields.join(', ')}`;
    warnings.push({ code: 'FIELDS_NOT_USED', message });
  }
  if (compiled.hasVerificationKeys) {
    const message =
      'verification-keys are kept but signatures of files are not verified yet: signed files must be listed by digest';
    warnings.push({ code: 'SIGNATURES_NOT_VERIFIED', message });
  }
  if (compiled.hasDeviceMapperPolicy) {
    const message = 'dm_policy is not evaluated: device-mapper entries must be listed under ima-buf';
    warnings.push({ code: 'DEVICE_MAPPER_NOT_EVALUATED', message });
  }
  return warnings;
}
