import { eq, lte } from 'drizzle-orm';
import { type Context, mutate, requireOperation, type Sweep } from '../../authority/index.js';
import type { Db, Tx } from '../../db/open.js';
import { removeSome } from '../../db/remove-some.js';
import { aboutAgent } from '../../identity/agents/index.js';
import { issueAgentToken } from '../../identity/tokens/index.js';
import { unauthenticated } from '../../platform/errors.js';
import { isId } from '../../platform/ids.js';
import { decodeBase64, randomSecret } from '../../platform/secrets.js';
import { type AgentView, lockViewById, storedState } from '../records/index.js';
import { parsePublicArea, parseQuote, parseSignature, TpmFormatError, verifyQuoteSignature } from '../tpm/index.js';
import type { Evidence } from '../verifier/index.js';
import { makeNonce, readNonce } from './nonce.js';
import { agentLogIn } from './policies.js';
import { loginKeys, loginNonces } from './tables.js';

export interface LogInAgent {
  readonly agentId: string;
  readonly quote?: Evidence['quote'] | null | undefined;
}

/** A quote must select some PCR. Its value is ignored: only the signer counts. */
const CHALLENGE = { hashAlgorithm: 'sha256', pcrs: [0] } as const;
const MAY_LOG_IN: ReadonlySet<string> = new Set(['PENDING', 'TRUSTED', 'STALE', 'FAILED']);

const refused = () => unauthenticated('The quote does not prove this agent.');

/**
 * Without a quote, returns a nonce; with a quote over it by the enrolled AK, a token. A nonce is valid once.
 * @throws Refusal UNAUTHENTICATED, always the same, unless the quote proves an agent that may log in.
 */
export async function logInAgent(context: Context, input: LogInAgent) {
  requireOperation(context, agentLogIn.name);
  const key = await nonceKey(context.db);
  if (input.quote == null) return { challenge: challengeFor(context, input.agentId, key) };
  const { agentId, quote } = input;
  if (!isId('Agent', agentId)) throw refused();
  return mutate(context, { policy: agentLogIn.name }, async (act) => {
    const view = await lockViewById(act.tx, agentId);
    if (view === undefined || !view.record.isLiving || !MAY_LOG_IN.has(storedState(view))) throw refused();
    const nonce = quotedNonce(view, quote);
    const expiresAt = nonce && readNonce(key, agentId, nonce);
    if (nonce === null || expiresAt === null || expiresAt <= act.now) throw refused();
    await spend(act.tx, nonce, expiresAt);
    await act.audit({ action: 'agent.logged_in', ...aboutAgent(view) });
    const until = new Date(act.now.getTime() + context.settings.agentTokenLifetimeMs);
    const issued = await issueAgentToken(act, view.agent, until);
    return { token: issued.token, expiresAt: issued.expiresAt };
  });
}

function challengeFor({ clock, settings }: Context, agentId: string, key: Uint8Array) {
  const expiresAt = new Date(clock.now().getTime() + settings.challengeLifetimeMs);
  return { ...CHALLENGE, nonce: makeNonce(key, agentId, expiresAt).toString('base64'), expiresAt };
}

/** The nonce in a quote that the agent's AK signed; null for any other quote. */
function quotedNonce({ record }: AgentView, quote: Evidence['quote']): Uint8Array | null {
  const [area, message, signature] = [record.akPublic ?? '', quote.message, quote.signature].map(decodeBase64);
  if (!area || !message || !signature) return null;
  try {
    if (!verifyQuoteSignature(parsePublicArea(area), message, parseSignature(signature))) return null;
    return parseQuote(message).extraData;
  } catch (error) {
    if (error instanceof TpmFormatError) return null;
    throw error;
  }
}

async function spend(tx: Tx, nonce: Uint8Array, expiresAt: Date): Promise<void> {
  const fresh = await tx
    .insert(loginNonces)
    .values({ nonce: Buffer.from(nonce).toString('base64'), expiresAt })
    .onConflictDoNothing()
    .returning({ nonce: loginNonces.nonce });
  if (fresh.length === 0) throw refused();
}

/** Longer than a nonce is valid by any replica's clock: one removed too early could be used again. */
const NONCE_KEPT_MS = 3_600_000;
const SWEPT_AT_ONCE = 500;

export const nonceSweep: Sweep = {
  name: 'log-in nonces',
  removes: [loginNonces],
  removeSome: ({ db, clock }) => {
    const before = new Date(clock.now().getTime() - NONCE_KEPT_MS);
    return removeSome(db, loginNonces.nonce, lte(loginNonces.expiresAt, before), SWEPT_AT_ONCE);
  },
};

/** The key that all replicas share. */
async function nonceKey(db: Db): Promise<Buffer> {
  const find = () => db.select().from(loginKeys).where(eq(loginKeys.id, 1));
  let [row] = await find();
  if (row === undefined) {
    await db
      .insert(loginKeys)
      .values({ id: 1, key: randomSecret().toString('base64') })
      .onConflictDoNothing();
    [row] = await find();
  }
  if (row === undefined) throw new Error('The key of log-in nonces could not be made.');
  return Buffer.from(row.key, 'base64');
}
