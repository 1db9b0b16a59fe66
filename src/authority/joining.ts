import type { Tx } from '../db/open.js';
import type { Id } from '../platform/ids.js';

/** Keys of a TPM that is to join, and the hash of the secret by which it proves that it has both. */
export interface JoiningKeys {
  readonly ekFingerprint: string;
  readonly ekPublic: string;
  readonly akName: string;
  readonly akPublic: string;
  readonly secretHash: string;
}

/** Where the agent of a machine that joins belongs. */
export interface BegunJoining {
  readonly agentId: Id<'Agent'>;
  readonly joinTokenId: Id<'JoinToken'>;
  readonly domainId: Id<'Domain'>;
  readonly projectId: Id<'Project'>;
}

/** A machine that joined: its node is there, and its agent is to be made. */
export interface Joined extends BegunJoining {
  readonly keys: JoiningKeys;
  readonly allowlistId: Id<'Allowlist'> | null;
  readonly tpmKind: 'PHYSICAL' | 'VIRTUAL';
  /** Who made the join token. */
  readonly createdBy: string;
  readonly nodeId: Id<'Node'>;
  /** The node's. */
  readonly name: string;
}

/** The change in which a machine joins: an `Act`, of which this names what can be named here, since an `Act` has its context. */
export interface JoiningAct {
  readonly tx: Tx;
  readonly now: Date;
}

/** Knows join tokens, and what machines become that join with them. */
export interface Joining {
  /**
   * Keeps the keys of a machine; the same EK begins again, and the secret of before is void. Null for a token that
   * does not count. Makes no agent: somebody who only names keys leaves nothing.
   */
  begin(act: JoiningAct, token: string, keys: JoiningKeys): Promise<BegunJoining | null>;
  /**
   * Spends a use of the token on the machine that knows the secret, and makes its node. Null when the token does not
   * count any more, or the secret is none of its.
   */
  complete(act: JoiningAct, token: string, secretHash: string): Promise<Joined | null>;
}
