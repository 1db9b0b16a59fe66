import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate } from '../../src/identity/index.js';
import { newToken, tokenHash } from '../../src/identity/tokens/authenticate.js';
import { Refusal } from '../../src/platform/errors.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { mutateBytes, mutateText } from './mutate.js';
import { type Random, Tally, walk } from './walk.js';

const WHOLE = 20_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** A last character has two bits that no byte of the token needs: others decode to the same bytes. */
const MUTATIONS: readonly ((random: Random, token: string) => string)[] = [
  mutateText,
  (random, token) => mutateBytes(random, Buffer.from(token)).toString('latin1'),
  (random, token) => `${token.slice(0, -1)}${random.pick([...ALPHABET])}`,
  (random, token) => {
    const at = 4 + random.below(token.length - 4);
    return `${token.slice(0, at)}${random.pick([...ALPHABET])}${token.slice(at + 1)}`;
  },
  (random, token) =>
    random.pick([` ${token}`, `${token}\n`, `${token}=`, `${token}\0`, token.slice(4), `${token}${token}`]),
  (_, token) => tokenHash(token),
  () => newToken(),
  (_, token) => token,
];

let server: TestServer;
const live = new Map<string, string>();
const dead: string[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const project = await server.project(await server.defaultDomainId());
  for (const scope of [{ type: 'system' }, project, { type: 'unscoped' }] as const) {
    const { token, userId } = await server.token({
      scope,
      ...(scope.type !== 'unscoped' && { role: 'reader' as const }),
    });
    live.set(token, userId);
  }
  dead.push((await server.token({ scope: project, role: 'reader', expiresAt: new Date(0) })).token);
  const revoked = await server.token({ scope: { type: 'system' }, role: 'reader' });
  await server.graphql('mutation { revokeToken(input: {}) { tokenId } }', {}, revoked.token);
  dead.push(revoked.token);
});
afterAll(() => server.close());

describe('tokens', () => {
  test('refused: any text but a living token as it was issued', async () => {
    const tally = new Tally('tokens');
    const { db, clock } = server.services;
    const total = await walk(WHOLE, async (random) => {
      const token = random.pick(MUTATIONS)(random, random.pick([...live.keys(), ...dead]));
      try {
        const actor = await authenticate(db, server, token, clock.now());
        if (actor.principal?.id !== live.get(token))
          throw new Error(`authenticated as ${actor.principal?.id}: ${token}`);
        tally.add('authenticated');
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (live.has(token)) throw new Error('a living token was refused');
        tally.add(error.code);
      }
    });
    tally.print(total);
    for (const outcome of ['authenticated', 'UNAUTHENTICATED']) expect(tally.of(outcome), outcome).toBeGreaterThan(0);
  });
});
