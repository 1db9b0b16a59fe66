import { MAX_DIGEST_BYTES } from './digests.js';
import type { ProblemList } from './errors.js';
import { ExcludeList } from './excludes.js';
import { PathTableBuilder } from './path-table-builder.js';
import type { Room } from './records.js';

/** PATH_MAX of Linux: a longer name cannot be measured. */
export const MAX_PATH_BYTES = 4096;

/** The name of the first entry of every log. A list's digests for it are not used: the quoted PCRs decide. */
export const BOOT_AGGREGATE = 'boot_aggregate';

/** The result of parsing, for both formats. */
export interface PolicyDraft {
  readonly problems: ProblemList;
  readonly files: PathTableBuilder;
  readonly keyrings: PathTableBuilder;
  readonly buffers: PathTableBuilder;
  readonly excludes: ExcludeList;
  readonly ignoredKeyrings: string[];
  /** Scratch space for one digest. */
  readonly digest: Uint8Array;
  /** Fields that are present but have no effect, for example `meta.generator`. */
  readonly unusedFields: string[];
  hasDeviceMapperPolicy: boolean;
  hasVerificationKeys: boolean;
}

export function newDraft(problems: ProblemList, seed: number, room: Room): PolicyDraft {
  return {
    problems,
    files: new PathTableBuilder(seed, room),
    keyrings: new PathTableBuilder(seed, room),
    buffers: new PathTableBuilder(seed, room),
    excludes: new ExcludeList(),
    ignoredKeyrings: [],
    digest: new Uint8Array(MAX_DIGEST_BYTES),
    unusedFields: [],
    hasDeviceMapperPolicy: false,
    hasVerificationKeys: false,
  };
}

/** Why `bytes[start..end)` cannot be a measured path; null when it can. */
export function pathProblem(bytes: Uint8Array, start: number, end: number): string | null {
  if (end === start) return 'the path is empty';
  if (end - start > MAX_PATH_BYTES) return `a path has at most ${MAX_PATH_BYTES} bytes`;
  for (let at = start; at < end; at += 1) if (bytes[at] === 0) return 'the path has a NUL character';
  return null;
}
