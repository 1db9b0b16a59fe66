import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fieldsOnPath } from '../../src/server/guard/field-path.js';

const on = (text: string, path: readonly (string | number)[], operationName?: string) =>
  fieldsOnPath({ document: parse(text), operationName }, path);

describe('fieldsOnPath', () => {
  test('ok: fields behind aliases, and none for places in lists', () => {
    const text = '{ mine: agents { nodes { called: name } } agents: users { nodes { id } } }';
    expect(on(text, ['mine', 'nodes', 3, 'called'])).toEqual(['agents', 'nodes', 'name']);
    expect(on(text, ['agents', 'nodes', 0, 'id'])).toEqual(['users', 'nodes', 'id']);
  });

  test('ok: fields in fragments, named and not, inside one another', () => {
    const text = `{ me { ... on User { ...a } } } fragment a on User { x: roles { ...b } } fragment b on Role { ... { id } }`;
    expect(on(text, ['me', 'x', 0, 'id'])).toEqual(['me', 'roles', 'id']);
  });

  test('ok: a key that stands twice has what stands below either', () => {
    const text = '{ me { first { id } } me { last: name first { second } } }';
    expect(on(text, ['me', 'last'])).toEqual(['me', 'name']);
    expect(on(text, ['me', 'first', 'second'])).toEqual(['me', 'first', 'second']);
  });

  test('ok: of the operation that was run', () => {
    const text = 'query A { a: one } query B { a: two }';
    expect(on(text, ['a'], 'A')).toEqual(['one']);
    expect(on(text, ['a'], 'B')).toEqual(['two']);
    expect(on(text, ['a'])).toEqual([]);
  });

  test('ok: what the document does not explain is left out, with all behind it', () => {
    expect(on('{ me { id } }', ['me', 'other', 'id'])).toEqual(['me']);
    expect(on('{ me { ...missing } }', ['me', 'id'])).toEqual(['me']);
    expect(on('{ me { id } } fragment f on User { name }', ['me', 'name'])).toEqual(['me']);
  });

  test('ok: fragments that spread each other, or others twice, are followed once', () => {
    expect(on('{ ...f } fragment f on Query { ...g } fragment g on Query { ...f me }', ['me'])).toEqual(['me']);
    const doubling = Array.from({ length: 40 }, (_, n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`);
    expect(on(`{ ...f0 } ${doubling.join(' ')} fragment f40 on Query { me }`, ['me'])).toEqual(['me']);
  });
});
