import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { eventually } from '../events/watch.js';
import { startTestServer } from '../harness/server.js';
import { ALL_WELL, answersOfOthers, attack, closedOf, PATIENCE_MS } from '../server/attack.js';

/** More than an address may have under way, from each of four. */
const EACH = 501;

test('ok: two thousand bodies that do not end keep nobody out under the limits that a server has by itself', async () => {
  const { limits } = readConfig({});
  const server = await startTestServer({ limits, trustedProxies: ['127.0.0.0/8'] });
  const closing: (() => unknown)[] = [() => server.close()];
  try {
    const { token } = await server.token({ scope: { type: 'unscoped' } });
    const attackers = await attack(server, EACH, closing);
    const answers = await answersOfOthers(server, token);
    await eventually(() => closedOf(attackers) === attackers.length, PATIENCE_MS);
    process.stdout.write(`door: ${attackers.length} bodies that did not end; others: ${JSON.stringify(answers)}\n`);
    expect(answers).toEqual(ALL_WELL);
  } finally {
    for (const close of closing.reverse()) await close();
  }
});
