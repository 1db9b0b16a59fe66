import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Context,
  isAlive,
  readCredentials,
  tokenOf,
  withContext,
  withoutContext,
  writeCredentials,
} from '../../src/cli/common/contexts.js';

const CONTEXT: Context = {
  user: 'admin',
  domain: 'default',
  unscoped: { token: 'u', expiresAt: '2026-01-01T01:00:00Z' },
};
const SCOPED: Context = { ...CONTEXT, scoped: { token: 's', expiresAt: '2026-01-01T01:00:00Z', scope: 'system' } };
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('kept credentials', () => {
  let home: string;
  beforeEach(() => {
    home = join(mkdtempSync(join(tmpdir(), 'bailiwick-')), 'home');
  });
  afterEach(() => rmSync(join(home, '..'), { recursive: true, force: true }));

  test('ok: nothing kept is no error', async () => {
    expect(await readCredentials(home)).toEqual({ version: 1, current: null, servers: {} });
  });

  test('ok: what is written is read again, for the owner only, without leaving drafts', async () => {
    const credentials = withContext(await readCredentials(home), 'http://one', SCOPED);
    await writeCredentials(home, credentials);
    expect(await readCredentials(home)).toEqual(credentials);
    expect([modeOf(home), modeOf(join(home, 'credentials.json'))]).toEqual([0o700, 0o600]);
    expect(readdirSync(home)).toEqual(['credentials.json']);
  });

  test('ok: a file that others could read is replaced by one they cannot', async () => {
    await writeCredentials(home, withContext(await readCredentials(home), 'http://one', CONTEXT));
    chmodSync(join(home, 'credentials.json'), 0o644);
    await writeCredentials(home, withContext(await readCredentials(home), 'http://two', CONTEXT));
    expect(modeOf(join(home, 'credentials.json'))).toBe(0o600);
  });

  test.each(['', '{', '[]', '{"version":2,"servers":{}}'])('invalid: a file with %j is named', async (text) => {
    await writeCredentials(home, withContext(await readCredentials(home), 'http://one', CONTEXT));
    writeFileSync(join(home, 'credentials.json'), text);
    await expect(readCredentials(home)).rejects.toThrow('credentials.json is damaged');
  });

  test('ok: the last log-in is current, and leaving it makes none of the others so', async () => {
    const one = withContext(await readCredentials(home), 'http://one', CONTEXT);
    const two = withContext(one, 'http://two', SCOPED);
    expect(two.current).toBe('http://two');
    expect(withoutContext(two, 'http://two')).toEqual({ ...one, current: null });
    expect(withoutContext(two, 'http://one').current).toBe('http://two');
  });

  test('ok: the scoped token is used before the unscoped one', () => {
    expect([tokenOf(SCOPED), tokenOf(CONTEXT), tokenOf(undefined)]).toEqual(['s', 'u', undefined]);
  });

  test('ok: a kept token lives until its time', () => {
    const time = Date.parse(CONTEXT.unscoped.expiresAt);
    expect([isAlive(CONTEXT.unscoped, time - 1), isAlive(CONTEXT.unscoped, time)]).toEqual([true, false]);
  });
});
