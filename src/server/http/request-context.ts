import type { IncomingMessage } from 'node:http';
import { type Asker, anonymous, type Context, type PresentedCredential, type Services } from '../../authority/index.js';
import type { Database, Db } from '../../db/open.js';
import { Refusal } from '../../platform/errors.js';
import type { PolicyRegistry } from '../../platform/policy/index.js';
import { traced } from '../../platform/trace.js';
import type { RequestLimits } from '../limits/rate-limits.js';
import type { Leave } from '../limits/request-end.js';
import type { Metrics } from '../metrics/metrics.js';
import type { LookUps } from './caller-look-ups.js';
import { shownIn } from './presented-credential.js';

/** Proves who sends what is shown, and reads what that is judged by; from a database or inside a transaction. */
export type Authenticate = (db: Db, shown: PresentedCredential) => Promise<Asker>;

export interface Asking {
  readonly services: Services;
  readonly policies: PolicyRegistry;
  readonly authenticate: Authenticate;
  readonly limits: RequestLimits;
  readonly lookUps: LookUps;
  readonly metrics: Metrics;
  readonly database: Pick<Database, 'at'>;
}

/** Who asks is settled before anything of the request is read. A credential that does not count is never anonymous. */
export async function contextFor(
  asking: Asking,
  { requestId, source, leave }: { readonly requestId: string; readonly source: string; readonly leave: Leave },
  { headers }: IncomingMessage,
): Promise<Context> {
  const shown = shownIn(headers.authorization);
  const stranger = { actor: anonymous, policies: asking.policies, candidate: null };
  const asker =
    shown === null ? stranger : await traced('authenticate', () => authenticated(asking, { source, leave }, shown));
  const reauthenticate = async (db: Db) => (shown === null ? stranger : asking.authenticate(db, shown));
  const attemptLogIn = (user: string) => asking.limits.attemptLogIn(source, user);
  const charge = (cost: number, kind: string) => {
    asking.limits.charge(asker.actor.principal?.id ?? null, source, cost);
    asking.metrics.charged(kind, cost);
  };
  // Whoever proved nothing yet never holds the last connections.
  const db = shown === null ? asking.database.at('stranger') : asking.services.db;
  return {
    ...asking.services,
    ...asker,
    db,
    requestId,
    atEnd: leave,
    reauthenticate,
    attemptLogIn,
    charge,
  };
}

/** A wrong key counts as a wrong password does; the right one never waits for what others tried. */
async function authenticated(
  asking: Asking,
  { source, leave }: { readonly source: string; readonly leave: Leave },
  shown: PresentedCredential,
): Promise<Asker> {
  const { database, limits, lookUps } = asking;
  const principalOf = ({ actor }: Asker) => actor.principal?.id ?? source;
  try {
    const lookUp = (isKnown: boolean) => asking.authenticate(database.at(isKnown ? 'caller' : 'stranger'), shown);
    return await lookUps.run({ shown: JSON.stringify(shown), source, atEnd: leave }, principalOf, lookUp);
  } catch (error) {
    if (shown.kind === 'credential' && error instanceof Refusal && error.code === 'UNAUTHENTICATED')
      limits.attemptLogIn(source, shown.id);
    throw error;
  }
}
