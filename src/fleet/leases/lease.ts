/** For how many intervals a lease lasts. */
const INTERVALS = 3;

/** What says when a machine was last heard. */
export interface Heard {
  readonly leaseHolderId: string | null;
  readonly renewedAt: Date | null;
  /** When evidence of the node's agent was last accepted. */
  readonly lastAcceptedAt: Date | null;
}

/** Until when a lease lasts that was renewed at a time. */
export const leaseEnd = (renewedAt: Date, leaseIntervalMs: number): Date =>
  new Date(renewedAt.getTime() + INTERVALS * leaseIntervalMs);

/**
 * When a node's lease was last renewed. Accepted evidence renews it too, unless operators named another lease holder than
 * the agent.
 */
export function heardAt({ leaseHolderId, renewedAt, lastAcceptedAt }: Heard): Date | null {
  const times = [renewedAt, leaseHolderId === null ? lastAcceptedAt : null].filter((time) => time !== null);
  return times.length === 0 ? null : new Date(Math.max(...times.map((time) => time.getTime())));
}
