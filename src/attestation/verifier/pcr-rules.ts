import { Buffer } from 'node:buffer';
import type { PcrBanks } from '../tpm/index.js';
import type { Findings } from './findings.js';
import { pcrPolicyOf } from './requirements.js';
import type { LayerOutline, QuoteInput } from './types.js';

const MAX_EXPECTED = 8;

/**
 * Compares quoted PCRs with the layers' PCR policies. A PCR is constrained if any layer names it, and may have any
 * value that one of those layers allows. A value's length implies its bank: every quoted bank with values must match,
 * and at least one must have some.
 */
export function checkPcrPolicies({ policies, enrolment }: QuoteInput, banks: PcrBanks, findings: Findings): void {
  const allowed = new Map<number, { values: Set<string>; layers: LayerOutline[] }>();
  for (const layer of policies) {
    for (const [pcr, values] of Object.entries(pcrPolicyOf(layer, enrolment.tpmKind)?.values ?? {})) {
      const rule = allowed.get(Number(pcr)) ?? { values: new Set(), layers: [] };
      for (const value of values) rule.values.add(value);
      rule.layers.push(layer);
      allowed.set(Number(pcr), rule);
    }
  }
  for (const [pcr, { values, layers }] of allowed) {
    const layer = layers.length === 1 ? layers[0]?.name : undefined;
    checkPcr(pcr, values, banks, findings, layer === undefined ? {} : { layer });
  }
}

function checkPcr(pcr: number, values: ReadonlySet<string>, banks: PcrBanks, findings: Findings, layer: object): void {
  let isConstrained = false;
  for (const [bank, quoted] of banks) {
    const got = Buffer.from(quoted.get(pcr) ?? []).toString('hex');
    const expected = [...values].filter((value) => value.length === got.length);
    if (expected.length === 0) continue;
    isConstrained = true;
    if (expected.includes(got)) continue;
    const details = { pcr, expected: expected.slice(0, MAX_EXPECTED), got, ...layer };
    findings.add('PCR_VALUE_MISMATCH', `PCR ${pcr} of ${bank}.`, details);
  }
  if (isConstrained) return;
  const message = `PCR ${pcr} has no value for a quoted bank (${[...banks.keys()].join(', ')}).`;
  findings.add('PCR_VALUE_MISMATCH', message, { pcr, expected: [...values].slice(0, MAX_EXPECTED), ...layer });
}
