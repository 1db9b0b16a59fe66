import { algorithmOfSize, parsePcrPolicy } from '../runtime-policy/index.js';

/** What a PCR policy says of one PCR. */
export interface PcrRule {
  readonly pcr: number;
  /** As algorithm:hex; empty for a PCR of the mask alone. */
  readonly values: readonly string[];
}

/** The parts of a stored PCR policy, which was checked when it was published. */
export function pcrRulesOf(text: string | null): PcrRule[] | null {
  if (text === null) return null;
  const { pcrs, values } = parsePcrPolicy(text);
  return pcrs.map((pcr) => ({ pcr, values: (values[pcr] ?? []).map(withAlgorithm) }));
}

/** A value names no algorithm: its length implies the bank that it is compared with. */
const withAlgorithm = (hex: string): string => `${algorithmOfSize(hex.length / 2)}:${hex}`;
