import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLField, type GraphQLInputObjectType, getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { USER_ERROR_CODES } from '../../src/platform/error-catalogue.js';

// The directives of federation are declared by the router's specification, not in the file.
const PRINTED = readFileSync(new URL('../../schema/printed/bailiwick.graphql', import.meta.url), 'utf8');
const schema = buildSchema(PRINTED, { assumeValidSDL: true });
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

type Mutation = GraphQLField<unknown, unknown>;

/** The codes that a description lists, or none where it says so; undefined where it says nothing of them. */
function listedBy({ description }: Mutation): readonly string[] | undefined {
  const [, list] = /User errors: ([^.]+)\./.exec(description ?? '') ?? [];
  return list === undefined ? undefined : (list.match(/[A-Z_]{4,}/g) ?? []);
}

function inputFieldsOf({ args }: Mutation): readonly string[] {
  const input = args.map(({ type }) => getNamedType(type)).find(isInputObjectType);
  return Object.keys((input as GraphQLInputObjectType | undefined)?.getFields() ?? {});
}

/** Mutations with such an input field whose description lacks a code that the field can lead to. */
const silentOf = (field: RegExp, code: string) =>
  mutations
    .filter((mutation) => inputFieldsOf(mutation).some((name) => field.test(name)))
    .filter((mutation) => !listedBy(mutation)?.includes(code))
    .map(({ name }) => name);

describe('the user errors that mutations name', () => {
  test('ok: each mutation names them, by codes that there are', () => {
    const codes = new Set<string>(USER_ERROR_CODES);
    const wrong = mutations.filter((mutation) => listedBy(mutation)?.every((code) => codes.has(code)) !== true);
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(mutations.length).toBeGreaterThan(40);
  });

  test('ok: STALE_ETAG by each that takes an etag or a base revision', () => {
    expect(silentOf(/[eE]tag$|^baseRevision$/, 'STALE_ETAG')).toEqual([]);
  });

  test('ok: REQUEST_ID_REUSED by each that takes a request id', () => {
    expect(silentOf(/^requestId$/, 'REQUEST_ID_REUSED')).toEqual([]);
  });

  test('ok: IN_USE by each that can be forced', () => {
    expect(silentOf(/^isForced$/, 'IN_USE')).toEqual([]);
  });

  test('ok: INVALID by each that takes a text: a name, a description, a reason', () => {
    expect(silentOf(/^(name|description|reason)$/, 'INVALID')).toEqual([]);
  });
});
