import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { launchServer, spawnServer, startAndStop } from './spawned.js';

/** What the server makes: in the data folder, and beside it in the folder that holds it. */
export const dataDirOf = (folder: string) => join(folder, 'data');
export const passwordPathOf = (folder: string) => join(folder, 'data.admin-password');

/** A first start that is finished and whose log is signed. */
export async function finishFirstStart(folder: string): Promise<void> {
  const { child, url, ended } = await spawnServer(dataDirOf(folder));
  expect(url).not.toBeNull();
  await requireAdmin(folder, url ?? '');
  // Twice as long as the sealer pauses.
  await delay(1000);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, err: '' });
}

/** The password of the first start is the administrator's. */
export async function requireAdmin(folder: string, url: string): Promise<void> {
  const password = readFileSync(passwordPathOf(folder), 'utf8').trim();
  const query = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { userErrors { code } } }';
  // It has to be replaced at the first log-in; that this is what is wrong tells that it was right.
  const variables = { input: { proof: { password: { user: 'admin', password } } } };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  expect(await answer.text()).toContain('newPassword');
}

const listing = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

/**
 * Removes one thing from a copy of what a first start made, and starts: either the server works with the data that is
 * there, or it names what is missing and leaves everything as it is.
 *
 * @returns whether it worked.
 */
export async function startWithout(folder: string, name: string): Promise<boolean> {
  const copy = `${folder}-without`;
  rmSync(copy, { recursive: true, force: true });
  execFileSync('cp', ['-a', folder, copy]);
  rmSync(join(copy, name), { recursive: true });
  const before = listing(copy);
  const { code, out, err, isReady } = await startAndStop(dataDirOf(copy));
  const after = listing(copy);
  rmSync(copy, { recursive: true });
  if (isReady) {
    expect(out, name).not.toContain('First start');
    expect([code, err], name).toEqual([0, '']);
    return true;
  }
  expect([code, out], name).toEqual([1, '']);
  expect(err, name).toMatch(/^[^\n]+(missing|Restore)[^\n]+\n$/);
  const isNamed = err.includes(join(copy, name)) || err.includes(`${dataDirOf(copy)}/pg`);
  expect(isNamed, `${name}: ${err}`).toBe(true);
  // What the engine writes while it tries is not the data.
  if (!name.startsWith('data/pg/') || name.endsWith('PG_VERSION')) expect(after).toEqual(before);
  return false;
}

/** Kills a first start as soon as something is there, and starts again: that finishes it. */
export async function killedAt(folder: string, name: string): Promise<void> {
  const dataDir = dataDirOf(folder);
  const { child, ended } = launchServer(dataDir);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!existsSync(join(folder, name)) && !isOver) await delay(1);
  child.kill('SIGKILL');
  expect((await ended).code, name).toBeNull();
  const again = await spawnServer(dataDir);
  expect(again.url, name).not.toBeNull();
  await requireAdmin(folder, again.url ?? '');
  again.child.kill('SIGTERM');
  expect(await again.ended, name).toMatchObject({ code: 0, err: '' });
  // One that was killed while it took the lock may leave what it took it with, which nobody looks at.
  const kept = readdirSync(dataDir).filter((file) => !/^lock\../.test(file));
  expect(kept.sort(), name).toEqual(['pg', 'started']);
}
