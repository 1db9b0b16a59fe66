import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readDocument, STRANGER } from '../../src/server/limits/document.js';
import { queryIn, requireBoundedJson } from '../../src/server/limits/json-outline.js';
import { LIMITS } from '../../src/server/limits/operation-limits.js';
import { requireBounded } from '../../src/server/limits/structure.js';

/** What a document is refused for; undefined when it is within the bounds. */
function problem(text: string): string | undefined {
  try {
    requireBounded(parse(text));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const times = (count: number, make: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ');
const nested = (levels: number) => `${'{ me '.repeat(levels)}{ name }${' }'.repeat(levels)}`;
/** Each of n fragments spreads the next one twice: 2^n when followed naively. */
const doubling = (n: number) =>
  `{ ...f0 } ${times(n, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${n} on Query { name }`;

describe('requireBounded', () => {
  it('ok: an operation as deep as is allowed', () => {
    expect(problem(nested(LIMITS.depth - 1))).toBeUndefined();
  });

  it('invalid: an operation that is deeper, directly or through a fragment', () => {
    expect(problem(nested(LIMITS.depth))).toContain('levels deep');
    expect(problem(`{ ...deep } fragment deep on Query ${nested(LIMITS.depth)}`)).toContain('levels deep');
    expect(problem('{ ...f } fragment f on Query { me { ...f } }')).toContain('levels deep');
  });

  it('ok: introspection, which is deep by nature', () => {
    expect(problem(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }))).toBeUndefined();
    expect(problem(`{ __schema { types { ${'ofType { '.repeat(13)} name ${' }'.repeat(13)} } } }`)).toBeUndefined();
  });

  it('invalid: more root fields than are allowed, directly or through fragments', () => {
    const fields = (count: number) => times(count, (i) => `a${i}: name`);
    expect(problem(`{ ${fields(LIMITS.rootFields)} }`)).toBeUndefined();
    expect(problem(`{ ${fields(LIMITS.rootFields + 1)} }`)).toContain('root fields');
    expect(problem(`{ ...all } fragment all on Query { ... { ${fields(LIMITS.rootFields + 1)} } }`)).toContain('root');
  });

  it('invalid: more aliases, operations, fragments, spreads, variables or directives than are allowed', () => {
    const { counts } = LIMITS;
    const variables = times(counts.variables + 1, (i) => `$v${i}: Int`);
    const many = {
      aliases: `{ me { ${times(LIMITS.aliases + 1, (i) => `a${i}: name`)} } }`,
      operations: times(counts.operations + 1, (i) => `query q${i} { name }`),
      fragments: times(counts.fragments + 1, (i) => `fragment f${i} on Query { name }`),
      spreads: `{ name ${times(counts.spreads + 1, () => '...f')} } fragment f on Query { name }`,
      variables: `query (${variables}) { name }`,
      directives: `{ name ${times(counts.directives + 1, () => '@skip(if: false)')} }`,
    };
    for (const [name, text] of Object.entries(many)) expect(problem(text), name).toContain(`more than`);
    for (const [name, text] of Object.entries(many)) expect(problem(text), name).toContain(name);
  });

  it('ok: as many of each as are allowed', () => {
    const { counts } = LIMITS;
    const many = [
      `{ me { ${times(LIMITS.aliases, (i) => `a${i}: name`)} } }`,
      times(counts.operations, (i) => `query q${i} { name }`),
      `{ name } ${times(counts.fragments, (i) => `fragment f${i} on Query { name }`)}`,
      `{ me { ${times(counts.spreads, (i) => `b${i} { ...f }`)} } } fragment f on Query { name }`,
      `query (${times(counts.variables, (i) => `$v${i}: Int`)}) { name }`,
      `{ name ${times(counts.directives, () => '@skip(if: false)')} }`,
      `{ all(of: [${'1 '.repeat(LIMITS.literalSize)}]) }`,
      `{ all(of: {${times(LIMITS.literalSize, (i) => `m${i}: 1`)}}) }`,
      `{ all(of: "${'x'.repeat(LIMITS.stringLength)}") }`,
    ];
    for (const text of many) expect(problem(text), text.slice(0, 60)).toBeUndefined();
  });

  it('invalid: an object with more members than are allowed', () => {
    expect(problem(`{ all(of: {${times(LIMITS.literalSize + 1, (i) => `m${i}: 1`)}}) }`)).toContain('literal');
  });

  it('ok: as many selections as are allowed; invalid: one more', () => {
    // The operation's two and the fragment's fields, which are counted with the fragment and where it is spread.
    const spread = (fields: number) => `{ me { ...a } } fragment a on Query { ${times(fields, (i) => `f${i}`)} }`;
    expect(problem(spread((LIMITS.selections - 2) / 2))).toBeUndefined();
    expect(problem(spread(LIMITS.selections / 2))).toContain('selections');
  });

  it('invalid: fields that are repeated under one key, at any depth and through fragments', () => {
    const repeated = [
      `{ ${times(115, () => 'name')} }`,
      `{ me { ${times(115, () => 'name')} } }`,
      `{ ${times(11, () => `me { ${times(11, () => 'name')} }`)} }`,
      `{ me { ...a ...b } } fragment a on Query { ${times(20, () => 'name')} } fragment b on Query { ${times(20, () => 'name')} }`,
      `{ ...f } fragment f on Query { ... { ${times(40, () => 'name')} } }`,
      `{ name } fragment unused on Query { ${times(40, () => 'name')} }`,
    ];
    for (const text of repeated) expect(problem(text), text).toContain('under one key');
  });

  it('invalid: repeated fields with long arguments, which are compared as text', () => {
    const field = (length: number) => `all(filter: "${'x'.repeat(length)}") { name }`;
    expect(problem(`{ ${times(10, () => field(10))} }`)).toBeUndefined();
    expect(problem(`{ ${times(10, () => field(1000))} }`)).toContain('under one key');
  });

  it('ok: fragments that each ask for the same few fields, as components of a page do', () => {
    const component = (i: number) => `fragment c${i} on Query { __typename id name }`;
    expect(problem(`{ me { ${times(15, (i) => `...c${i}`)} } } ${times(15, component)}`)).toBeUndefined();
  });

  it('invalid: fragments that double at every level, after a bounded number of steps', () => {
    expect(problem(doubling(50))).toContain('selections');
  });

  it('invalid: long literals', () => {
    expect(problem(`{ all(of: [${'1 '.repeat(LIMITS.literalSize + 1)}]) }`)).toContain('literal');
    expect(problem(`{ all(of: "${'x'.repeat(LIMITS.stringLength + 1)}") }`)).toContain('string');
  });
});

describe('requireBoundedJson', () => {
  const reason = (text: string) => {
    try {
      requireBoundedJson(Buffer.from(text));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it('ok: as deep and with as many values as are allowed; invalid: one more', () => {
    expect(reason(deep(LIMITS.jsonDepth))).toBeUndefined();
    expect(reason(deep(LIMITS.jsonDepth + 1))).toContain('levels deep');
    expect(reason(`{"a":${deep(LIMITS.jsonDepth - 1)},"b":${deep(LIMITS.jsonDepth - 1)}}`)).toBeUndefined();
    expect(reason(`[${'1,'.repeat(LIMITS.jsonValues - 1)}1]`)).toBeUndefined();
    expect(reason(`[${'1,'.repeat(LIMITS.jsonValues)}1]`)).toContain('values');
    expect(reason(`[${'{},'.repeat(LIMITS.jsonValues / 2)}1]`)).toContain('values');
  });

  it('ok: what stands in a text counts for nothing, quotes in it too', () => {
    const text = JSON.stringify(`"\\${'[{,'.repeat(LIMITS.jsonValues)}"`);
    expect(reason(text)).toBeUndefined();
    expect(reason(`[${text},${deep(LIMITS.jsonDepth)}]`)).toContain('levels deep');
  });
});

describe('queryIn', () => {
  const found = (text: string) => queryIn(Buffer.from(text));

  it('ok: the text at the key, among others, in any order, with its escapes', () => {
    expect(found('{"query":"{ a }"}')).toBe('{ a }');
    expect(
      found('{"variables":{"query":"no"},"list":["query","no"],"operationName":null,"query" : "{ \\"b\\" }","x":1}'),
    ).toBe('{ "b" }');
    expect(found(`{"operationName":"${'x'.repeat(100)}","query":"{ c }"`)).toBe('{ c }');
  });

  it('ok: nothing where it is not there, is no text, or does not end yet', () => {
    for (const text of ['', '{}', '["query","{ a }"]', '{"query":"{ a', '{"query"', '{"x":"query"}', '{"query":"\\x"}'])
      expect(found(text), text).toBeUndefined();
  });
});

describe('readDocument', () => {
  it('invalid: a longer document than any client writes, before it is parsed', () => {
    expect(() => readDocument(`{ ${' '.repeat(LIMITS.textLength)}`)).toThrow('characters');
    expect(readDocument('{ name }'.padEnd(LIMITS.textLength)).definitions).toHaveLength(1);
    expect(() => readDocument('{ name }'.padEnd(LIMITS.textLength + 1))).toThrow('characters');
  });

  it('invalid: a stranger may repeat less, and its document is shorter', () => {
    const text = `{ ${times(15, () => 'name')} }`;
    expect(readDocument(text).definitions).toHaveLength(1);
    expect(() => readDocument(text, STRANGER)).toThrow('under one key');
    expect(() => readDocument(`{ ${'a{a}'.repeat(200)} }`, STRANGER)).toThrow('token');
  });
});
