import {
  type AuthorizationContext,
  anonymous,
  type Context,
  type PresentedCredential,
  type Services,
} from '../../authority/index.js';
import type { Database, Db } from '../../db/open.js';
import { Refusal } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { traced } from '../../platform/trace.js';
import type { RequestLimits } from '../limits/rate-limits.js';
import type { Leave } from '../limits/request-end.js';
import type { Metrics } from '../metrics/metrics.js';
import type { LookUps } from './caller-look-ups.js';

/** Identifies the caller by its credential, and reads its policies; from a database or inside a transaction. */
export type Authenticate = (db: Db, presented: PresentedCredential) => Promise<AuthorizationContext>;

export interface Asking {
  readonly services: Services;
  readonly policies: PolicyRegistry;
  readonly authenticate: Authenticate;
  readonly limits: RequestLimits;
  readonly lookUps: LookUps;
  readonly metrics: Metrics;
  readonly database: Pick<Database, 'at'>;
}

/** Identifies the caller by what it presents, before the request is read. An invalid credential never makes it anonymous. */
export async function contextFor(
  asking: Asking,
  {
    requestId,
    clientAddress,
    leave,
  }: { readonly requestId: string; readonly clientAddress: string; readonly leave: Leave },
  presented: PresentedCredential | null,
): Promise<Context> {
  const stranger = { actor: anonymous, policies: asking.policies, candidate: null };
  const authorization =
    presented === null
      ? stranger
      : await traced('authenticate', () => authenticated(asking, { clientAddress, leave }, presented));
  const reauthenticate = async (db: Db) => (presented === null ? stranger : asking.authenticate(db, presented));
  const attemptLogIn = (user: string) => asking.limits.attemptLogIn(clientAddress, user);
  const charge = (cost: number, kind: string) => {
    asking.limits.charge(authorization.actor.principal?.id ?? null, clientAddress, cost);
    asking.metrics.charged(kind, cost);
  };
  // Callers that are not authenticated never hold the last connections.
  const db = presented === null ? asking.database.at('stranger') : asking.services.db;
  return {
    ...asking.services,
    ...authorization,
    db,
    requestId,
    atEnd: leave,
    reauthenticate,
    attemptLogIn,
    charge,
  };
}

/** A wrong key counts like a wrong password; the right one never waits for what others tried. */
async function authenticated(
  asking: Asking,
  { clientAddress, leave }: { readonly clientAddress: string; readonly leave: Leave },
  presented: PresentedCredential,
): Promise<AuthorizationContext> {
  const { database, limits, lookUps } = asking;
  const principalOf = ({ actor }: AuthorizationContext) => actor.principal?.id ?? clientAddress;
  try {
    const lookUp = (isKnown: boolean) => asking.authenticate(database.at(isKnown ? 'caller' : 'stranger'), presented);
    return await lookUps.run(
      { presented: JSON.stringify(presented), clientAddress, atEnd: leave },
      principalOf,
      lookUp,
    );
  } catch (error) {
    if (presented.kind === 'credential' && error instanceof Refusal && error.code === 'UNAUTHENTICATED')
      limits.attemptLogIn(clientAddress, presented.id);
    throw error;
  }
}
