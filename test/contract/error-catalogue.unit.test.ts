import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EnumTypeDefinitionNode, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { FAILURES } from '../../src/attestation/verifier/failures.js';
import { CODES, REASONS, USER_ERROR_CODES } from '../../src/platform/error-catalogue.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/errors.md');

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.ts$/.test(file) && !/^(cli|generated)\/|error-catalogue/.test(file))
  .map((file) => read(join('src', file)));
const found = (pattern: RegExp) => [
  ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, what = '']) => what))),
];
const missing = (texts: readonly string[]) => texts.filter((text) => !page.includes(text));
const inCode = (text: string) => `\`${text}\``;

/** In capitals behind `reason:`, or given to what makes a refusal with one. */
const REASON = /\breason: '([A-Z_]{3,})'|\b(?:unauthenticated|forbidden)\([^;]*?, '([A-Z_]{3,})'\)/g;

describe('docs/errors.md', () => {
  test('ok: it has every code of a top-level error, a user error and an attestation failure', () => {
    const codes = [...Object.keys(CODES), ...USER_ERROR_CODES, ...Object.keys(FAILURES)];
    expect(missing(codes.map(inCode))).toEqual([]);
  });

  test('ok: it has every reason that a refusal in src/ gives, and the catalogue has no other', () => {
    const given = sources.flatMap((text) =>
      [...text.matchAll(REASON)].map(([, named, passed]) => named ?? passed ?? ''),
    );
    // Of an audit entry, which says by which code a change was refused.
    const reasons = [...new Set(given)].filter((reason) => !(reason in CODES));
    expect(reasons.sort()).toEqual(Object.keys(REASONS).sort());
    expect(missing(reasons.map(inCode))).toEqual([]);
  });

  test('ok: it has every user error that is one sentence in src/', () => {
    const makers = 'invalid|alreadyExists|staleEtag|inUse|limitReached|requestIdReused';
    const sentences = found(new RegExp(`(?<!\\.)\\b(?:${makers})\\(\\s*'([^']+)'`, 'g'));
    expect(sentences.length).toBeGreaterThan(30);
    expect(missing(sentences)).toEqual([]);
  });

  test('ok: it has what each unique constraint tells', () => {
    const begins = found(/_key: \{ field: '\w+', what: '([^']+)' \}/g);
    expect(begins.length).toBeGreaterThan(8);
    expect(missing(begins.map((what) => `| ${what} … exists. |`))).toEqual([]);
  });
});

describe('UserErrorCode', () => {
  test('ok: the schema has the codes that there are', () => {
    const isEnum = (node: { kind: string; name?: { value: string } }) => node.name?.value === 'UserErrorCode';
    const definition = parse(read('schema/common.graphql')).definitions.find(isEnum as never) as EnumTypeDefinitionNode;
    expect(definition.values?.map(({ name }) => name.value).sort()).toEqual([...USER_ERROR_CODES].sort());
  });
});
