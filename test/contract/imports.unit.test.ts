import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const DOMAINS = ['audit', 'identity', 'attestation'];

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Every import of one file under src/ by another, as paths below src/. */
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

/** Which folders a folder must not know; `src/` itself, `server` and `cli` come after all of these. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  platform: ['db', 'events', 'authority', ...DOMAINS, 'server', 'cli', 'federation'],
  db: ['events', 'authority', ...DOMAINS, 'server', 'cli', 'federation'],
  events: ['authority', ...DOMAINS, 'server', 'cli', 'federation'],
  authority: [...DOMAINS, 'server', 'cli', 'federation'],
  audit: ['identity', 'attestation', 'server', 'cli', 'federation'],
  identity: ['attestation', 'audit', 'server', 'cli', 'federation'],
  attestation: ['audit', 'server', 'cli', 'federation'],
  server: [...DOMAINS, 'cli', 'federation'],
  'platform/policy': ['db', 'authority', ...DOMAINS],
  'attestation/tpm': ['db', 'authority', 'identity'],
  'attestation/ima': ['db', 'authority', 'identity'],
  'attestation/runtime-policy': ['db', 'authority', 'identity'],
  'attestation/verifier': ['db', 'authority', 'identity'],
};

/** Slices of attestation with a database; its pure folders know none of them. */
const STORED = ['allowlists', 'contents', 'records', 'results', 'uploads'].map((slice) => `attestation/${slice}`);
const PURE = ['tpm', 'ima', 'runtime-policy', 'verifier'].map((folder) => `attestation/${folder}`);

const within = (file: string, folder: string) => file.startsWith(`${folder}/`);
const isBackwards = ({ from, to }: Arrow) =>
  Object.entries(FORBIDDEN).some(
    ([folder, unknown]) => within(from, folder) && unknown.some((other) => within(to, other)),
  ) ||
  (PURE.some((folder) => within(from, folder)) && STORED.some((folder) => within(to, folder)));

/**
 * A slice is a folder of a domain; others take of it what its index gives. Within a domain tables are for all: foreign
 * keys name them and queries join them.
 */
function reachesInside({ from, to }: Arrow): boolean {
  const isOfDomain = DOMAINS.some((domain) => within(to, domain));
  const isOwn = posix.dirname(from) === posix.dirname(to);
  const isOwnDomainsRoot = DOMAINS.includes(posix.dirname(from)) && within(to, posix.dirname(from));
  const isOfOneDomain = from.split('/')[0] === to.split('/')[0];
  const isTable = posix.basename(to) === 'tables.ts' && (isOfOneDomain || posix.basename(from) === 'tables.ts');
  return isOfDomain && !isOwn && !isOwnDomainsRoot && !isTable && posix.basename(to) !== 'index.ts';
}

const crossesDomains = ({ from, to }: Arrow) => reachesInside({ from, to }) && from.split('/')[0] !== to.split('/')[0];

const shown = (some: readonly Arrow[]) => [...new Set(some.map(({ from, to }) => `${from} -> ${to}`))].sort();

/** Arrows into another slice of the same domain that go past its index. The list may only shrink. */
const PAST_A_SLICE: readonly string[] = [
  'attestation/records/resolvers.ts -> attestation/results/service.ts',
  'attestation/records/submit.ts -> attestation/results/repository.ts',
  'attestation/results/resolvers.ts -> attestation/records/views.ts',
];

describe('imports', () => {
  test('ok: no arrow points back, and pure folders know no database', () => {
    expect(arrows.length).toBeGreaterThan(300);
    expect(shown(arrows.filter(isBackwards))).toEqual([]);
  });

  test('ok: no file reaches past another domain’s index', () => {
    expect(shown(arrows.filter(crossesDomains))).toEqual([]);
  });

  test('ok: only the listed files reach past the index of another slice of their domain', () => {
    const found = arrows.filter((arrow) => reachesInside(arrow) && !crossesDomains(arrow));
    expect(shown(found)).toEqual(PAST_A_SLICE);
  });

  test('ok: every import leads to a file', () => {
    expect(shown(arrows.filter(({ to }) => !files.includes(to)))).toEqual([]);
  });

  test('refused: what an arrow back, a reach inside and an impure core would look like', () => {
    const seen = (from: string, text: string) => arrowsOf(from, text);
    expect(seen('platform/ids.ts', "import { x } from '../db/open.js';").filter(isBackwards)).toHaveLength(1);
    expect(seen('identity/viewer.ts', "export * from '../attestation/index.js';").filter(isBackwards)).toHaveLength(1);
    expect(seen('attestation/tpm/x.ts', "await import('../../db/open.js');").filter(isBackwards)).toHaveLength(1);
    expect(seen('attestation/ima/x.ts', "import '../records/index.js';").filter(isBackwards)).toHaveLength(1);
    const inside = seen('attestation/records/x.ts', "import { y } from '../../identity/users/service.js';");
    expect(inside.filter(crossesDomains)).toHaveLength(1);
  });
});
