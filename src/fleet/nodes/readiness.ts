import { type AnyOf, requireFew } from '../../db/among.js';
import type { NodeReadiness } from '../../generated/graphql.js';
import { type Clause, clause, join } from '../../platform/sql/clause.js';
import { nodes } from './tables.js';

/** Each as an index has it. Nodes that were never Ready have no time since when they are as they are. */
export const READINESS: Readonly<Record<NodeReadiness, Clause>> = {
  READY: clause`${nodes.isReady} = true`,
  LOST: clause`not ${nodes.isReady} and ${nodes.readyChangedAt} is not null`,
  NEVER_READY: clause`not ${nodes.isReady} and ${nodes.readyChangedAt} is null`,
};

const OR = clause` or `;

/** Nodes with any of these; undefined when the filter does not ask. */
export function anyReadiness(asked: readonly NodeReadiness[] | null | undefined): AnyOf | undefined {
  if (asked == null) return undefined;
  requireFew(asked);
  const each = [...new Set(asked)].map((one) => READINESS[one]);
  if (each.length === 0) return { where: clause`false` };
  return { where: clause`(${join(each, OR)})`, each: each.length > 1 ? each : undefined };
}
