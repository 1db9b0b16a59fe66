import { tokens } from '../../src/identity/tokens/tables.js';
import { newId } from '../../src/platform/ids.js';
import { bearerHash, newBearer } from '../../src/platform/secrets.js';
import { asIds } from './ids.js';
import type { TestServer } from './server.js';

/** Opens a session of a person, as a log-in would; answers the value of its cookie. */
export async function openSession({ services }: Pick<TestServer, 'services'>, userId: string): Promise<string> {
  const session = newBearer('session');
  const createdAt = services.clock.now();
  const expiresAt = new Date(createdAt.getTime() + 3_600_000);
  const row = { id: newId('Token'), hash: bearerHash('session', session), userId, scopeType: 'unscoped' as const };
  const browser = { kind: 'browser' as const, idleExpiresAt: expiresAt, clientAddress: '127.0.0.1' };
  await services.db.insert(tokens).values(asIds({ ...row, ...browser, createdAt, expiresAt }));
  return session;
}
