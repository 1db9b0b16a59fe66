import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { generateKey } from '../../src/audit/chain/index.js';
import { runCli } from '../cli/run-cli.js';
import { startTestServer, type TestServer } from '../harness/server.js';
import { sealAll, writeEntries } from './chain.js';

let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-audit-cli-'));
const at = (name: string) => join(folder, name);
const [exported, key, head] = [at('audit.jsonl'), at('audit.pub'), at('head.json')];

async function keep(file: string, ...argv: string[]): Promise<string> {
  const { code, out, err } = await runCli(...argv);
  expect([code, err]).toEqual([0, '']);
  writeFileSync(file, out);
  return out;
}

beforeAll(async () => {
  server = await startTestServer();
  const { token } = await server.token({ scope: { type: 'system' }, role: 'reader' });
  vi.stubEnv('BAILIWICK_SERVER', server.url);
  vi.stubEnv('BAILIWICK_TOKEN', token);
  vi.stubEnv('BAILIWICK_HOME', folder);
  await writeEntries(server.services, 250);
  await sealAll(server.services);
  await writeEntries(server.services, 20);
  await sealAll(server.services);
  await keep(exported, 'audit', 'export');
  await keep(key, 'audit', 'key');
  await keep(head, 'audit', 'head', '-o', 'json');
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(folder, { recursive: true });
});

const lines = () => readFileSync(exported, 'utf8').trimEnd().split('\n');
const lastSeq = (): number => JSON.parse(readFileSync(head, 'utf8')).seq;
const seqOf = (line: string): number | undefined => JSON.parse(line).seal?.seq;

/** The line of a place in the chain; heads stand between them, wherever the sealer came to an end. */
const lineAt = (seq: number): string => lines().find((line) => seqOf(line) === seq) ?? '';

/** What verifying the export says once its lines were edited. */
async function verifyEdited(edit: (all: string[]) => string[], ...argv: string[]) {
  writeFileSync(
    at('edited.jsonl'),
    edit(lines())
      .map((line) => `${line}\n`)
      .join(''),
  );
  return runCli('audit', 'verify', at('edited.jsonl'), '--key', key, ...argv);
}

describe('audit verify, of the server', () => {
  test('ok: follows the whole chain, and leads through a head that was kept', async () => {
    const { code, out } = await runCli('audit', 'verify', '--since-head', head);
    expect([code, out.split('\n')[0]]).toEqual([0, `Entries 1 to ${lastSeq()} are as they were sealed.`]);
  });

  test('ok: a range', async () => {
    const { out } = await runCli('audit', 'verify', '--from', '5', '--to', '9', '-o', 'json');
    expect(JSON.parse(out)).toEqual({ firstSeq: 5, verifiedSeq: 9, fault: null });
  });

  test('usage: a file without a key, a key without a file, and what holds no head', async () => {
    for (const argv of [
      [exported],
      ['--key', key],
      [exported, '--key', key, '--from', '2'],
      ['--since-head', exported],
    ])
      expect((await runCli('audit', 'verify', ...argv)).code).toBe(2);
  });
});

describe('audit verify, of an export', () => {
  test('ok: needs no server', async () => {
    vi.stubEnv('BAILIWICK_SERVER', 'http://127.0.0.1:1');
    const { code, out } = await runCli('audit', 'verify', exported, '--key', key, '--since-head', head, '-o', 'json');
    vi.stubEnv('BAILIWICK_SERVER', server.url);
    expect([code, JSON.parse(out)]).toEqual([0, { firstSeq: 1, verifiedSeq: lastSeq(), fault: null }]);
  });

  test('ok: a part leads on from the head of the part before', async () => {
    const first = lines().findIndex((line) => 'head' in JSON.parse(line));
    writeFileSync(at('first-head.json'), lines()[first] ?? '');
    const { seq } = JSON.parse(lines()[first] ?? '').head;
    await keep(at('part.jsonl'), 'audit', 'export', '--from', String(seq + 1));
    const { code, out } = await runCli(
      ...['audit', 'verify', at('part.jsonl'), '--key', key, '--since-head', at('first-head.json'), '-o', 'json'],
    );
    expect([code, JSON.parse(out)]).toEqual([0, { firstSeq: seq + 1, verifiedSeq: lastSeq(), fault: null }]);
  });

  const EDITS: [string, string, (all: string[]) => string[]][] = [
    [
      'CHANGED at 7',
      'a changed entry',
      (all) => all.map((line) => (seqOf(line) === 7 ? line.replace('ALLOWED', 'DENIED') : line)),
    ],
    [
      'CHANGED at 7',
      'a member that was added',
      (all) => all.map((line) => (seqOf(line) === 7 ? line.replace('"entry":{', '"entry":{"x":1,') : line)),
    ],
    ['REMOVED at 7', 'a removed entry', (all) => all.filter((line) => seqOf(line) !== 7)],
    [
      'REORDERED at 7',
      'entries that changed places',
      (all) => {
        const [a, b] = [7, 9].map((seq) => all.findIndex((line) => seqOf(line) === seq)) as [number, number];
        const swapped = [...all];
        for (const [to, from, seq] of [
          [a, b, 7],
          [b, a, 9],
        ] as const)
          swapped[to] = JSON.stringify({ seal: { ...JSON.parse(all[from] ?? '').seal, seq } });
        return swapped;
      },
    ],
    ['UNSIGNED at', 'an end without its head', (all) => all.slice(0, -1)],
    [
      'HEAD_INVALID at',
      'a head that was not signed',
      (all) => all.map((line) => line.replace(/"signedAt":"20../, '"signedAt":"1999')),
    ],
  ];
  test.each(EDITS)('found: %s, %s', async (fault, _what, edit) => {
    const { code, err } = await verifyEdited(edit);
    expect([code, err]).toEqual([1, expect.stringContaining(`error: ${fault}`)]);
  });

  test('found: a cut tail shows only against a head that was kept', async () => {
    const cut = (all: string[]) => all.slice(0, all.findIndex((line) => 'head' in JSON.parse(line)) + 1);
    expect((await verifyEdited(cut)).code).toBe(0);
    const { code, err } = await verifyEdited(cut, '--since-head', head);
    expect([code, err]).toEqual([1, expect.stringContaining(`CUT at ${lastSeq()}`)]);
  });

  test('found: a head by a key that was not given', async () => {
    writeFileSync(at('other.pem'), generateKey());
    const { code, err } = await runCli('audit', 'verify', exported, '--key', at('other.pem'));
    expect([code, err]).toEqual([1, expect.stringContaining('KEY_UNKNOWN')]);
  });

  test('usage: a jump in the middle, and lines of something else', async () => {
    const jump = { before: { seq: 8, hash: JSON.parse(lineAt(8)).seal.hash } };
    const jumped = await verifyEdited((all) => [...all.slice(0, 6), JSON.stringify(jump), ...all.slice(8)]);
    expect([jumped.code, jumped.err]).toEqual([2, expect.stringContaining('only the first line')]);
    const strange = await verifyEdited((all) => [...all.slice(0, 3), '{"seal":{}}']);
    expect([strange.code, strange.err]).toEqual([2, expect.stringContaining('line 4')]);
  });
});

describe('audit verify, of a server that was tampered with', () => {
  test('found: exit code 1, and the entry is named', async () => {
    const id = JSON.parse(lineAt(7)).seal.entryId;
    await server.services.db.execute(sql`update audit_entries set actor_name = 'somebody' where id = ${id}`);
    const { code, out, err } = await runCli('audit', 'verify');
    expect([code, out.split('\n')[0]]).toEqual([1, 'Entries 1 to 6 are as they were sealed.']);
    expect(err).toContain(`error: CHANGED at 7 (${id})`);
  });

  test('found: a cut tail and a history written anew, against the head that was kept', async () => {
    const { db } = server.services;
    await db.execute(sql`delete from audit_entries`);
    await db.execute(sql`delete from audit_seals`);
    await db.execute(sql`delete from audit_heads`);
    await writeEntries(server.services, 10);
    await sealAll(server.services);
    expect((await runCli('audit', 'verify')).code).toBe(0);
    const cut = await runCli('audit', 'verify', '--since-head', head);
    expect([cut.code, cut.err]).toEqual([1, expect.stringContaining(`CUT at ${lastSeq()}`)]);
    await writeEntries(server.services, lastSeq());
    await sealAll(server.services);
    const rewritten = await runCli('audit', 'verify', '--since-head', head);
    expect([rewritten.code, rewritten.err]).toEqual([1, expect.stringContaining(`REWRITTEN at ${lastSeq()}`)]);
  });
});
