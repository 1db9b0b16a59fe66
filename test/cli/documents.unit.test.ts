import { readdirSync, readFileSync } from 'node:fs';
import { mergeTypeDefs } from '@graphql-tools/merge';
import { buildASTSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { documents } from './documents.js';

const folder = new URL('../../schema/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.graphql') && name !== 'federation.graphql' && !name.startsWith('printed/'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));
const schema = buildASTSchema(mergeTypeDefs(sources), { assumeValidSDL: true });

describe('documents of the command line', () => {
  test('ok: there are some', () => expect(documents.size).toBeGreaterThan(80));

  test.each([...documents])('ok: %s is valid in the schema', (_name, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });
});
