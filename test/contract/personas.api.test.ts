import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { type Json, startTestServer, type TestServer } from '../harness/server.js';
import { changesByRequest } from './personas/doing.js';
import { DOORS, FIXTURES, WATCHED } from './personas/fixtures.js';
import { fillMatrix, type Matrix } from './personas/matrix.js';
import { FOLDER, writeIndex, writePage } from './personas/page.js';
import { isRead, type Reading } from './personas/reading.js';
import { makeWorld } from './personas/world.js';

const INDEX = new URL(`../../docs/${FOLDER}.md`, import.meta.url);
const PAGES = new URL(`../../docs/${FOLDER}/`, import.meta.url);
const schema = buildSchema(DOMAINS);
const routes = DOMAINS.flatMap((domain) => domain.routes ?? []);

/** Fields that lead to what everybody here may read who may read the object. The list only shrinks. */
const ALWAYS_READABLE: readonly string[] = [
  ...['Agent.allowlist', 'Agent.lastResult', 'Allowlist.currentRevision', 'Allowlist.domain', 'ApiCredential.user'],
  ...['AttestationResult.agent', 'AttestationResult.allowlistRevision', 'EffectiveRoleAssignment.user'],
  ...[
    'Group.domain',
    'JoinToken.allowlist',
    'JoinToken.node',
    'JoinToken.project',
    'Node.leaseHolder',
    'PolicyRevision.user',
    'Project.domain',
    'Project.parent',
    'Role.domain',
    'Viewer.agent',
  ],
];

let server: TestServer;
let matrix: Matrix;
beforeAll(async () => {
  server = await startTestServer();
  matrix = await fillMatrix(await makeWorld(server), { schema, routes });
}, 600_000);
afterAll(() => server.close());

test('ok: the answers of a running server are those that the pages tell, one page for each domain', () => {
  const pages = Object.fromEntries(FIXTURES.map((one) => [`${one.domain}.md`, writePage(matrix, one)]));
  if (process.env.UPDATE === '1') {
    mkdirSync(PAGES, { recursive: true });
    for (const name of readdirSync(PAGES)) if (!(name in pages)) rmSync(new URL(name, PAGES));
    for (const [name, page] of Object.entries(pages)) writeFileSync(new URL(name, PAGES), page);
    writeFileSync(INDEX, writeIndex());
  }
  expect(writeIndex()).toBe(readFileSync(INDEX, 'utf8'));
  expect(readdirSync(PAGES).sort()).toEqual(Object.keys(pages).sort());
  for (const [name, page] of Object.entries(pages)) expect(page, name).toBe(readFileSync(new URL(name, PAGES), 'utf8'));
});

test('ok: every way to read has something to be read by it', () => {
  const read = new Set(matrix.readings.map(({ type }) => type));
  expect(Object.keys(DOORS).filter((type) => !read.has(type))).toEqual([]);
});

describe('all ways to an object agree', () => {
  const told = ({ persona, type, thing }: Reading) => `${persona}: ${type} ${thing.name}`;

  test('ok: it is listed, and loaded for a router, when and only when it can be read by id', () => {
    const torn = matrix.readings.filter(({ doors }) => {
      const found = Object.values(doors).map((door) => door.found !== null);
      return new Set(found).size > 1;
    });
    expect(torn.map(told)).toEqual([]);
  });

  test('ok: a field leads to what can be read by id, and is null for all else', () => {
    const links = matrix.personas.flatMap((persona) =>
      linksOf(matrix.readings.filter((one) => one.persona === persona)),
    );
    expect(links.some(({ isReadable }) => isReadable)).toBe(true);
    expect(links.some(({ target, isReadable }) => target !== null && !isReadable)).toBe(true);
    const wrong = links.filter(({ reading, path, target, isReadable }) => {
      return followed(reading, path) !== (isReadable ? target : null);
    });
    expect(wrong.map(({ reading, path }) => `${told(reading)}: ${path}`)).toEqual([]);
  });

  test('ok: of each such field there is one that leads to what somebody may not read', () => {
    const links = matrix.personas.flatMap((persona) =>
      linksOf(matrix.readings.filter((one) => one.persona === persona)),
    );
    const fieldOf = ({ reading, path }: (typeof links)[number]) => `${reading.type}.${path}`;
    const hiding = new Set(links.filter(({ target, isReadable }) => target !== null && !isReadable).map(fieldOf));
    const never = [...new Set(links.map(fieldOf))].filter((field) => !hiding.has(field));
    expect(never.sort()).toEqual(ALWAYS_READABLE);
  });

  test('ok: an event comes when and only when what it is about can be read', () => {
    const comes = matrix.watchings.flatMap(({ persona, subscription, words }) =>
      Object.entries(words).map(([name, word]) => [persona, WATCHED[subscription]?.type, name, word === '**yes**']),
    );
    expect(comes.some(([, , , isSeen]) => isSeen) && comes.some(([, , , isSeen]) => !isSeen)).toBe(true);
    const types = new Set(Object.values(WATCHED).map(({ type }) => type));
    const read = matrix.readings.filter(({ type }) => types.has(type));
    expect(comes.map(String).sort()).toEqual(
      read.map((one) => String([one.persona, one.type, one.thing.name, isRead(one)])).sort(),
    );
  });

  test('ok: a runtime policy is fetched when and only when its revision’s content can be read', () => {
    for (const { persona, words } of matrix.fetched.filter(({ route }) => route === 'getImaPolicy')) {
      const content = matrix.readings.filter((one) => one.persona === persona && one.type.endsWith('its content'));
      const read = Object.fromEntries(content.map((one) => [one.thing.name, isRead(one)]));
      expect(Object.fromEntries(Object.entries(words).map(([name, word]) => [name, word === '**yes**']))).toEqual(read);
    }
  });
});

test('audited: what was done left its entries, and what was refused changed nothing', async () => {
  const audited = await changesByRequest(server);
  expect(matrix.deeds.some(({ changes }) => changes > 0)).toBe(true);
  expect(matrix.deeds.filter(({ requestId, changes }) => changes !== (audited.get(requestId) ?? 0))).toEqual([]);
});

/** The fields of what one persona read, and whether it can read what they lead to. */
function linksOf(readings: readonly Reading[]) {
  // Whoever may not read a part of an object, such as its history, may read the object.
  const [parts, wholes] = [true, false].map((isPart) => readings.filter(({ type }) => type.includes(', ') === isPart));
  const readable = new Map([...(parts ?? []), ...(wholes ?? [])].map((reading) => [reading.thing.id, isRead(reading)]));
  return readings.filter(isRead).flatMap((reading) =>
    Object.entries(reading.thing.links ?? {}).map(([path, target]) => {
      const isReadable = target === null ? false : readable.get(target);
      if (isReadable === undefined) throw new Error(`nobody asked for what ${reading.type}.${path} leads to`);
      return { reading, path, target, isReadable };
    }),
  );
}

/** The id of the object at a path of fields. */
function followed({ doors }: Reading, path: string): string | null {
  const found: Json = (doors.byId ?? doors.list)?.found;
  return path.split('.').reduce((value, field) => value?.[field], found)?.id ?? null;
}
