import type { Db } from '../../db/open.js';
import { compiledPolicy, currentRevision } from '../allowlists/index.js';
import { parsePcrPolicy } from '../runtime-policy/index.js';
import type { PolicyLayer } from '../verifier/index.js';

/** What an agent is judged by just now. */
export interface Bound {
  readonly revisionId: string | null;
  readonly layers: readonly PolicyLayer[];
}

/** The revision in force of a list, with the list's name; undefined where none is bound. */
export async function boundRevision(db: Db, allowlistId: string | null) {
  return allowlistId === null ? undefined : currentRevision(db, allowlistId);
}

/** Loads and compiles what an allowlist says at its current revision. May take long: not for transactions. */
export async function boundPolicies(db: Db, allowlistId: string | null): Promise<Bound> {
  const revision = await boundRevision(db, allowlistId);
  if (revision === undefined) return { revisionId: null, layers: [] };
  const hasImaPolicy = revision.imaDigest !== null;
  const pcrPolicy = (text: string | null) => (text === null ? undefined : parsePcrPolicy(text, { hasImaPolicy }));
  const layer: PolicyLayer = {
    name: revision.name,
    fingerprint: revision.id,
    tpmPolicy: pcrPolicy(revision.tpmPolicy),
    vtpmPolicy: pcrPolicy(revision.vtpmPolicy),
    runtimePolicy:
      revision.imaDigest === null ? undefined : await compiledPolicy(db, revision.imaDigest, revision.imaExcludes),
  };
  return { revisionId: revision.id, layers: [layer] };
}
