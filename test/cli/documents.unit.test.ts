import { readdirSync, readFileSync } from 'node:fs';
import { mergeTypeDefs } from '@graphql-tools/merge';
import { buildASTSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import * as attestation from '../../src/cli/documents/attestation.js';
import * as audit from '../../src/cli/documents/audit.js';
import * as containers from '../../src/cli/documents/containers.js';
import * as groups from '../../src/cli/documents/groups.js';
import * as identity from '../../src/cli/documents/identity.js';
import * as machine from '../../src/cli/documents/machine.js';
import * as policies from '../../src/cli/documents/policies.js';
import * as questions from '../../src/cli/documents/questions.js';
import * as sessions from '../../src/cli/documents/sessions.js';

const folder = new URL('../../schema/', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.graphql') && name !== 'federation.graphql' && !name.startsWith('printed/'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));
const schema = buildASTSchema(mergeTypeDefs(sources), { assumeValidSDL: true });
const documents = Object.entries({
  ...identity,
  ...containers,
  ...groups,
  ...attestation,
  ...audit,
  ...machine,
  ...sessions,
  ...questions,
  ...policies,
});

describe('documents of the command line', () => {
  test.each(documents)('ok: %s is valid in the schema', (_name, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });
});
