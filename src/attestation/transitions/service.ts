import type { Principal } from '../../authority/index.js';
import type { Tx } from '../../db/open.js';
import type { AgentRow } from '../../identity/agents/index.js';
import { newId } from '../../platform/ids.js';
import type { AgentEvent, AgentState } from '../verifier/index.js';
import * as repository from './repository.js';

/** How an agent's state changes, and why. */
export interface TrustChange {
  readonly from: AgentState;
  readonly to: AgentState;
  readonly at: Date;
  readonly cause: AgentEvent;
  readonly by: Principal | null;
  readonly resultId: string | null;
}

/** Keeps a change, in the transaction of the change. */
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
