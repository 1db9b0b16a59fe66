import { describe, expect, test } from 'vitest';
import { factText, osNameIn, readFacts } from '../../src/cli/attestation/machine/facts.js';

describe('facts of a machine', () => {
  test('ok: of this one', async () => {
    const now = new Date();
    const facts = await readFacts('1.2.3', now);
    expect(facts.cpus).toBeGreaterThan(0);
    expect(facts.memoryBytes).toBeGreaterThan(0);
    expect(facts.diskBytes).toBeGreaterThan(0);
    expect(facts.bootedAt.getTime()).toBeLessThan(now.getTime());
    expect(facts.addresses).not.toContain('127.0.0.1');
    expect(facts.agentVersion).toBe('1.2.3');
  });

  test.each([
    ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'Debian GNU/Linux 12 (bookworm)'],
    ["NAME=x\nPRETTY_NAME='Alpine'\n", 'Alpine'],
    ['PRETTY_NAME=plain\n', 'plain'],
    ['NAME=x\n', null],
    ['PRETTY_NAME=""\n', null],
  ])('ok: the name of the system in %j is %j', (text, name) => expect(osNameIn(text)).toBe(name));

  test.each([
    ['a\u0000b\u001b[31mc', 'a b [31mc'],
    ['x'.repeat(5000), 'x'.repeat(128)],
    ['\u202e \u0007', 'unknown'],
  ])('ok: %j becomes a text without controls', (text, expected) => expect(factText(text)).toBe(expected));
});
