import type { Principal } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import type { AgentRow } from '../../identity/agents/index.js';
import { type Id, newId } from '../../platform/ids.js';
import type { AgentEvent, AgentState } from '../verifier/index.js';
import * as repository from './repository.js';

/** A change of an agent's state, with its cause. */
export interface TrustChange {
  readonly from: AgentState;
  readonly to: AgentState;
  readonly at: Date;
  readonly cause: AgentEvent;
  readonly by: Principal | null;
  readonly resultId: Id<'AttestationResult'> | null;
}

/** Stores changes of agents, in the transaction that makes them. */
export function keepTransitions(
  tx: Tx,
  changes: readonly (TrustChange & { readonly agent: AgentRow })[],
): Promise<void> {
  const rows = changes.map(({ agent: { id, domainId, projectId }, ...change }) => ({
    id: newId('TrustTransition'),
    agentId: id,
    domainId,
    projectId,
    fromState: change.from,
    toState: change.to,
    cause: change.cause,
    actorKind: change.by?.kind ?? null,
    actorId: change.by?.id ?? null,
    resultId: change.resultId,
    occurredAt: change.at,
  }));
  return repository.insert(tx, rows);
}
