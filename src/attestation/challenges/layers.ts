import type { Services } from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import type { Id } from '../../platform/ids.js';
import { compiledLists, currentRevision, type ListSource, type RevisionRow } from '../allowlists/index.js';
import { parsePcrPolicy } from '../runtime-policy/index.js';
import type { LayerOutline, PolicyLayer } from '../verifier/index.js';

/** A layer whose list is named and not loaded. */
interface BoundLayer extends LayerOutline {
  readonly runtimePolicy: ListSource | undefined;
}

/** What an agent is judged by just now. */
export interface Bound {
  readonly revisionId: Id<'AllowlistRevision'> | null;
  readonly layers: readonly BoundLayer[];
}

/** The revision in force of a list, with the list's name; undefined where none is bound. */
export async function boundRevision(db: Db, allowlistId: Id<'Allowlist'> | null) {
  return allowlistId === null ? undefined : currentRevision(db, allowlistId);
}

/** What an allowlist says at its current revision, its list of files aside; null where none is bound. */
export function boundBy(revision: (RevisionRow & { readonly name: string }) | null): Bound {
  if (revision === null) return { revisionId: null, layers: [] };
  const { imaDigest, imaSize, imaExcludes } = revision;
  const hasImaPolicy = imaDigest !== null;
  const pcrPolicy = (text: string | null) => (text === null ? undefined : parsePcrPolicy(text, { hasImaPolicy }));
  const layer: BoundLayer = {
    name: revision.name,
    fingerprint: revision.id,
    tpmPolicy: pcrPolicy(revision.tpmPolicy),
    vtpmPolicy: pcrPolicy(revision.vtpmPolicy),
    runtimePolicy: imaDigest === null ? undefined : { digest: imaDigest, size: imaSize ?? 0, excludes: imaExcludes },
  };
  return { revisionId: revision.id, layers: [layer] };
}

/**
 * Runs something with the layers' lists, loaded and compiled where they are not yet. May take long: not for
 * transactions.
 */
export async function withLists<T>(
  services: Pick<Services, 'db' | 'memory'>,
  [layer, ...others]: readonly BoundLayer[],
  run: (layers: readonly PolicyLayer[]) => Promise<T>,
): Promise<T> {
  if (layer === undefined) return run([]);
  const { runtimePolicy: source, ...outline } = layer;
  const runWith = (own: PolicyLayer) => withLists(services, others, (rest) => run([own, ...rest]));
  if (source === undefined) return runWith(outline);
  const { db, memory } = services;
  return compiledLists(memory).use(db, source, (runtimePolicy) => runWith({ ...outline, runtimePolicy }));
}
