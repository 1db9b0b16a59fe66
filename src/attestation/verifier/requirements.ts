import { createHash } from 'node:crypto';
import { constrainsAny, type PcrPolicy } from '../runtime-policy/index.js';
import type { LayerOutline, TpmKind, VerifierRules, VerifierState } from './types.js';

export const IMA_PCR = 10;
/** The boot PCRs that `boot_aggregate` is computed over, and IMA's own. */
const IMA_PCRS = Array.from({ length: IMA_PCR + 1 }, (_, pcr) => pcr);

/** A layer's policy for the kind of TPM that the agent was enrolled with. */
export function pcrPolicyOf(layer: LayerOutline, tpmKind: TpmKind): PcrPolicy | undefined {
  return tpmKind === 'PHYSICAL' ? layer.tpmPolicy : layer.vtpmPolicy;
}

/** Does any layer say something about this agent? Without that an accepted quote would mean nothing. */
export function isAnythingBound(policies: readonly LayerOutline[], tpmKind: TpmKind): boolean {
  return policies.some((layer) => {
    const pcrPolicy = pcrPolicyOf(layer, tpmKind);
    return layer.runtimePolicy !== undefined || (pcrPolicy !== undefined && constrainsAny(pcrPolicy));
  });
}

/** The PCRs that a quote must cover, ascending: derived from what is bound, never chosen by the agent. */
export function requiredPcrs(policies: readonly LayerOutline[], tpmKind: TpmKind): number[] {
  const pcrs = new Set<number>();
  for (const layer of policies) {
    if (layer.runtimePolicy !== undefined) for (const pcr of IMA_PCRS) pcrs.add(pcr);
    for (const pcr of pcrPolicyOf(layer, tpmKind)?.pcrs ?? []) pcrs.add(pcr);
  }
  return [...pcrs].sort((a, b) => a - b);
}

/** Identifies what judges a log: the layers in their order, and the rules that may have softened a failure. */
export function judgementFingerprint(policies: readonly LayerOutline[], rules: VerifierRules = {}): string {
  const layers = policies.filter((layer) => layer.runtimePolicy !== undefined);
  const identity = [layers.map((layer) => [layer.name, layer.fingerprint]), rules.severities ?? []];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/**
 * The entry at which the next log may begin. A log is read on only under what judged its beginning; any
 * change of that makes everything be judged anew, from 0.
 */
export function startingOffset(
  previous: VerifierState | null,
  policies: readonly LayerOutline[],
  rules: VerifierRules = {},
): number {
  const ima = previous?.ima;
  return ima !== undefined && ima.fingerprint === judgementFingerprint(policies, rules) ? ima.offset : 0;
}
