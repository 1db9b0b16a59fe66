import { createHash } from 'node:crypto';
import { constrainsAny, type PcrPolicy } from '../runtime-policy/index.js';
import type { LayerOutline, TpmKind, VerifierRules, VerifierState } from './types.js';

export const IMA_PCR = 10;
/** The boot PCRs of `boot_aggregate`, and IMA's own. */
const IMA_PCRS = Array.from({ length: IMA_PCR + 1 }, (_, pcr) => pcr);

/** A layer's policy for the agent's kind of TPM. */
export function pcrPolicyOf(layer: LayerOutline, tpmKind: TpmKind): PcrPolicy | undefined {
  return tpmKind === 'PHYSICAL' ? layer.tpmPolicy : layer.vtpmPolicy;
}

/** Whether any layer has a rule for this agent. Without one, an accepted quote would mean nothing. */
export function isAnythingBound(policies: readonly LayerOutline[], tpmKind: TpmKind): boolean {
  return policies.some((layer) => {
    const pcrPolicy = pcrPolicyOf(layer, tpmKind);
    return layer.runtimePolicy !== undefined || (pcrPolicy !== undefined && constrainsAny(pcrPolicy));
  });
}

/** The PCRs that a quote must cover, ascending: derived from the bound policies, never chosen by the agent. */
export function requiredPcrs(policies: readonly LayerOutline[], tpmKind: TpmKind): number[] {
  const pcrs = new Set<number>();
  for (const layer of policies) {
    if (layer.runtimePolicy !== undefined) for (const pcr of IMA_PCRS) pcrs.add(pcr);
    for (const pcr of pcrPolicyOf(layer, tpmKind)?.pcrs ?? []) pcrs.add(pcr);
  }
  return [...pcrs].sort((a, b) => a - b);
}

/** Identifies what judges a log: the layers in their order, and the rules that may relax a failure. */
export function judgementFingerprint(policies: readonly LayerOutline[], rules: VerifierRules = {}): string {
  const layers = policies.filter((layer) => layer.runtimePolicy !== undefined);
  const identity = [layers.map((layer) => [layer.name, layer.fingerprint]), rules.severities ?? []];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/**
 * The entry at which the next log may begin. A log continues only under the policies and rules that judged its
 * beginning; after any change of them, everything is judged again from 0.
 */
export function startingOffset(
  previous: VerifierState | null,
  policies: readonly LayerOutline[],
  rules: VerifierRules = {},
): number {
  const ima = previous?.ima;
  return ima !== undefined && ima.fingerprint === judgementFingerprint(policies, rules) ? ima.offset : 0;
}
