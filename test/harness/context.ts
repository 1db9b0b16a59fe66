import { randomUUID } from 'node:crypto';
import type { Context } from '../../src/authority/index.js';
import { authenticate } from '../../src/identity/index.js';
import type { TestServer } from './server.js';

/** What a use case is given for a request of a bearer, for tests that call it without HTTP. Nothing is limited. */
export async function contextOf({ services }: Pick<TestServer, 'services'>, token: string): Promise<Context> {
  const rolesKeptFor = {};
  const ask = async (db: Parameters<typeof authenticate>[0]) => {
    const actor = await authenticate(db, rolesKeptFor, token, services.clock.now());
    return { actor, ...(await services.inForce.at(db, actor.epoch)) };
  };
  return {
    ...services,
    ...(await ask(services.db)),
    requestId: randomUUID(),
    atEnd: () => {},
    reauthenticate: ask,
    attemptLogIn: () => ({ clientAddress: 'test', isKnown: true, succeeded: () => {} }),
    charge: () => {},
  };
}
