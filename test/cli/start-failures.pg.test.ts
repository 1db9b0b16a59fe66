import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAndStop } from './spawned.js';

const TIMEOUT = 240_000;
const base = new URL(process.env.TEST_DATABASE_URL ?? '');
const name = `bailiwick_failing_${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'bailiwick-failing-'));
const PASSWORD = 'never-to-be-told';
/** What each user of the database is like that a server cannot start as. */
const USERS = {
  limited: 'connection limit 0',
  powerless: '',
  reading: 'superuser',
};
/** What databases may be made with that cannot hold every text: the first takes any bytes, the second few characters. */
const ENCODINGS = ['sql_ascii', 'latin1'];

async function onServer(...statements: string[]): Promise<void> {
  const admin = postgres(base.href, { max: 1, onnotice: () => {} });
  for (const statement of statements) await admin.unsafe(statement);
  await admin.end();
}

beforeAll(async () => {
  const made = Object.entries(USERS).map(
    ([user, kind]) => `create role ${name}_${user} login ${kind} password '${PASSWORD}'`,
  );
  const reading = `alter role ${name}_reading set default_transaction_read_only = on`;
  const databases = ENCODINGS.map(
    (encoding) => `create database ${name}_${encoding} encoding '${encoding}' locale 'C' template template0`,
  );
  await onServer(`create database ${name}`, ...databases, ...made, reading);
});
afterAll(async () => {
  const gone = Object.keys(USERS).map((user) => `drop role ${name}_${user}`);
  const databases = ['', ...ENCODINGS.map((encoding) => `_${encoding}`)];
  await onServer(...databases.map((suffix) => `drop database ${name}${suffix} with (force)`), ...gone);
  rmSync(folder, { recursive: true });
});

/** The tables of a database that are not Postgres' own. */
async function tablesOf(database: string): Promise<readonly unknown[]> {
  const client = postgres(addressOf(base.username, database), { max: 1, onnotice: () => {} });
  try {
    return await client`select schemaname, tablename from pg_tables where schemaname !~ '^(pg_|information_schema)'`;
  } finally {
    await client.end();
  }
}

function addressOf(user: string, database = name): string {
  const url = new URL(base);
  url.pathname = `/${database}`;
  url.username = user;
  url.password = PASSWORD;
  return url.href;
}

describe('a start on a Postgres that does not let it', () => {
  test.each([
    ['a database that is missing', base.username, 'no_such_database', 'has no such database: create it'],
    ['a user that is missing', 'no_such_user', name, /refuses the user|does not admit this user/],
    ['no connection left', `${name}_limited`, name, 'has no connection left: raise its max_connections'],
    ['no right to make tables', `${name}_powerless`, name, 'does not let this user create tables'],
    ['a database that takes no writes', `${name}_reading`, name, 'is read-only, as a standby is'],
  ])('unavailable: %s is one line that says what to do', { timeout: TIMEOUT }, async (_what, user, database, words) => {
    const told = await startAndStop(join(folder, 'data'), { env: { DATABASE_URL: addressOf(user, database) } });
    expect(told).toMatchObject({ code: 1, out: '', isReady: false });
    expect(told.err).toMatch(new RegExp(`^Postgres at ${base.hostname}:${base.port || 5432}/${database} [^\n]+\n$`));
    expect(told.err).toMatch(words);
    expect(told.err).not.toContain(PASSWORD);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(ENCODINGS)(
    'refused: a database in %s, before anything is made in it',
    { timeout: TIMEOUT },
    async (encoding) => {
      const database = `${name}_${encoding}`;
      const address = addressOf(base.username, database);
      const told = await startAndStop(join(folder, 'data'), { env: { DATABASE_URL: address } });
      expect(told).toMatchObject({ code: 1, out: '', isReady: false });
      expect(told.err).toBe(
        `The Postgres database at DATABASE_URL has the encoding ${encoding.toUpperCase()}, and the server needs UTF8: make one with \`createdb --encoding=UTF8 --template=template0 NAME\`, or name another.\n`,
      );
      expect(await tablesOf(database)).toEqual([]);
    },
  );
});
