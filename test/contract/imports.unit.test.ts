import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DOMAINS as MANIFESTS } from '../../src/domains.js';
import { ARROWS } from './arrows.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const DOMAINS = MANIFESTS.map(({ name }) => name);

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Every import of one file under src/ by another, those of types too, as paths below src/. */
function arrowsOf(file: string, text: string): Arrow[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g);
  return [...specifiers].map(([, path = '']) => ({
    from: file,
    to: posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts'),
  }));
}

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .sort();
const arrows = files.flatMap((file) => arrowsOf(file, readFileSync(join(SRC, file), 'utf8')));

const folderOf = (file: string) => posix.dirname(file);
const within = (file: string, folder: string) => file.startsWith(`${folder}/`);
const leaves = ({ from, to }: Arrow) => folderOf(from) !== folderOf(to);
const isAllowed = ({ from, to }: Arrow) => (ARROWS[folderOf(from)] ?? []).includes(folderOf(to));
const shown = (some: readonly Arrow[]) => [...new Set(some.map(({ from, to }) => `${from} -> ${to}`))].sort();

/** Of some arrows, those between folders. */
const betweenFolders = (some: readonly Arrow[]) =>
  some.filter(leaves).map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }));

/** What leads back to itself, however many arrows it takes. */
function onCircles(some: readonly Arrow[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of some) next.set(from, [...(next.get(from) ?? []), to]);
  const leadsBack = (start: string): boolean => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (one === start) return true;
      if (seen.has(one)) continue;
      seen.add(one);
      open.push(...(next.get(one) ?? []));
    }
    return false;
  };
  return [...next.keys()].filter(leadsBack).sort();
}

/**
 * A slice is a folder of a domain; others take of it what its index gives. Within a domain tables are for all: foreign
 * keys name them and queries join them.
 */
function reachesInside({ from, to }: Arrow): boolean {
  const isOfDomain = DOMAINS.some((domain) => within(to, domain));
  const isOwnDomainsRoot = DOMAINS.includes(folderOf(from)) && within(to, folderOf(from));
  const isOfOneDomain = from.split('/')[0] === to.split('/')[0];
  const isTable = posix.basename(to) === 'tables.ts' && (isOfOneDomain || posix.basename(from) === 'tables.ts');
  return isOfDomain && leaves({ from, to }) && !isOwnDomainsRoot && !isTable && posix.basename(to) !== 'index.ts';
}

/**
 * Domains are known to each other and to the list of them; the command line takes what is pure, to do it on its own, as
 * the machines of the demo do.
 */
function namesDomain({ from, to }: Arrow): boolean {
  const isOfDomain = (file: string) => DOMAINS.some((domain) => within(file, domain));
  const isClient = (file: string) => within(file, 'cli') || within(file, 'demo');
  return isOfDomain(to) && !isOfDomain(from) && from !== 'domains.ts' && !isClient(from);
}

/** Slices that need one another: what may be done to a user depends on its roles, and its roles on who it is. */
const TIED_SLICES = ['assignments', 'domains', 'groups', 'projects', 'removal', 'roles', 'scopes', 'users'].map(
  (slice) => `identity/${slice}`,
);

describe('imports', () => {
  test('ok: every folder imports from the folders that its line has, and from no other', () => {
    expect(arrows.length).toBeGreaterThan(1000);
    expect(shown(arrows.filter((arrow) => leaves(arrow) && !isAllowed(arrow)))).toEqual([]);
  });

  test('ok: every folder has a line, and every entry of a line is used', () => {
    expect(Object.keys(ARROWS).sort()).toEqual([...new Set(files.map(folderOf))].sort());
    const used = new Set(shown(betweenFolders(arrows)));
    const entries = Object.entries(ARROWS).flatMap(([from, all]) => all.map((to) => `${from} -> ${to}`));
    expect(entries.filter((entry) => !used.has(entry))).toEqual([]);
  });

  test('ok: no file leads back to itself, not even by a type', () => {
    expect(onCircles(arrows)).toEqual([]);
  });

  test('ok: no folder leads back to itself, the tied slices of identity and foreign keys aside', () => {
    const plain = arrows.filter(({ to }) => posix.basename(to) !== 'tables.ts');
    // The root of src/ has the list of the domains, and the command line asks it for them.
    const inner = betweenFolders(plain).filter(({ from, to }) => from !== '.' && to !== '.');
    expect(onCircles(inner)).toEqual(TIED_SLICES);
  });

  test('ok: of a slice, others take what its index gives', () => {
    expect(shown(arrows.filter(reachesInside))).toEqual([]);
  });

  test('ok: only the list of the domains names one', () => {
    expect(shown(arrows.filter(namesDomain))).toEqual([]);
  });

  test.each(['app.ts', 'process/serve.ts', 'server/http/front-door.ts', 'platform/ids.ts', 'config/config.ts'])(
    'refused: a domain that %s names',
    (from) => {
      const up = '../'.repeat(from.split('/').length - 1) || './';
      const named = arrowsOf(from, `import type { recordAudit } from '${up}audit/index.js';`);
      expect(named.filter(namesDomain)).toHaveLength(1);
    },
  );

  test('ok: every import leads to a file', () => {
    expect(shown(arrows.filter(({ to }) => !files.includes(to)))).toEqual([]);
  });

  const UNWELCOME: [string, string, string][] = [
    ['a new folder', 'workloads/units/service.ts', "import { mutate } from '../../authority/index.js';"],
    ['an arrow back', 'platform/ids.ts', "import { x } from '../db/open.js';"],
    ['a type that flows back', 'db/open.ts', "import type { Context } from '../authority/context.js';"],
    ['an import when it is needed', 'attestation/tpm/x.ts', "await import('../../db/open.js');"],
    ['a domain that another must not know', 'identity/bootstrap.ts', "export * from '../attestation/index.js';"],
  ];
  test.each(UNWELCOME)('refused: %s', (_, from, text) => {
    expect(arrowsOf(from, text).filter((arrow) => !isAllowed(arrow))).toHaveLength(1);
  });

  test('refused: a reach inside a slice, and a circle of types', () => {
    const inside = arrowsOf('attestation/records/x.ts', "import { y } from '../../identity/users/service.js';");
    expect(inside.filter(reachesInside)).toHaveLength(1);
    const circle = [...arrowsOf('a/x.ts', "import type { Y } from './y.js';"), { from: 'a/y.ts', to: 'a/x.ts' }];
    expect(onCircles(circle)).toEqual(['a/x.ts', 'a/y.ts']);
  });
});
