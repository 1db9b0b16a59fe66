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

/** Stores a change, in the transaction that makes it. */
export function keepTransition(tx: Tx, { id, domainId, projectId }: AgentRow, change: TrustChange): Promise<void> {
  return repository.insert(tx, {
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
  });
}
