import { buildSchema, type GraphQLSchema, isObjectType, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { FIRST_DEFAULT } from '../../src/platform/pagination.js';
import { costOf, LARGE_FIELDS, LIMITS, withinLimits } from '../../src/server/limits.js';
import { coordinatesOf, buildSchema as servedSchema } from '../../src/server/schema.js';

const schema = buildSchema(`type Query { me: Query, all(first: Int): [Query], name: String,
  byKey(representations: [ID!]!): [Query] }`);
const problems = (text: string) => validate(schema, parse(text), [withinLimits]).map((error) => error.message);

function operationOf(schema: GraphQLSchema, text: string, variables = {}): Parameters<typeof costOf> {
  const document = parse(text);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return [schema, operation, document, variables];
}

const cost = (text: string, variables = {}) => costOf(...operationOf(schema, text, variables));

const nested = (levels: number) => `${'{ me '.repeat(levels)}{ name }${' }'.repeat(levels)}`;
/** Each of n fragments spreads the next one twice: 2^n when followed naively. */
const doubling = (n: number) =>
  `{ ...f0 } ${Array.from({ length: n }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f${n} on Query { name }`;

describe('withinLimits', () => {
  it('ok: an operation as deep as is allowed', () => {
    expect(problems(nested(LIMITS.depth - 1))).toEqual([]);
  });

  it('invalid: an operation that is deeper, directly or through a fragment', () => {
    expect(problems(nested(LIMITS.depth))).toHaveLength(1);
    expect(problems(`{ ...deep } fragment deep on Query ${nested(LIMITS.depth)}`)).toHaveLength(1);
  });

  it('invalid: more root fields than are allowed, directly or through fragments', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: name`).join(' ');
    expect(problems(`{ ${fields(LIMITS.rootFields)} }`)).toEqual([]);
    expect(problems(`{ ${fields(LIMITS.rootFields + 1)} }`)).toHaveLength(1);
    expect(problems(`{ ...all } fragment all on Query { ... { ${fields(LIMITS.rootFields + 1)} } }`)).toHaveLength(1);
  });

  it('invalid: more aliases than are allowed', () => {
    const aliases = Array.from({ length: LIMITS.aliases + 1 }, (_, i) => `a${i}: name`).join(' ');
    expect(problems(`{ me { ${aliases} } }`)).toHaveLength(1);
  });

  it('ok: fragments that double at every level are measured in no time', () => {
    expect(problems(doubling(200))).toEqual([]);
    expect(cost(doubling(200))).toBe(0);
  });
});

describe('costOf', () => {
  it('ok: pages inside pages multiply, whether first is written out or a variable', () => {
    expect(cost('{ all(first: 10) { all(first: 20) { name } } }')).toBe(10 * (1 + 20));
    expect(cost('query ($n: Int) { all(first: $n) { all(first: 20) { name } } }', { n: 10 })).toBe(10 * (1 + 20));
  });

  it('ok: a page whose first is left out, null or a variable without a value has the default size', () => {
    expect(cost('{ all { name } }')).toBe(FIRST_DEFAULT);
    expect(cost('{ all(first: null) { name } }')).toBe(FIRST_DEFAULT);
    expect(cost('query ($n: Int) { all(first: $n) { name } }')).toBe(FIRST_DEFAULT);
    expect(cost('query ($n: Int) { all(first: $n) { name } }', { n: null })).toBe(FIRST_DEFAULT);
    expect(cost('{ all { ...page } } fragment page on Query { all { name } }')).toBe(
      FIRST_DEFAULT * (1 + FIRST_DEFAULT),
    );
  });

  it('ok: a variable without a value has its own default', () => {
    expect(cost('query ($n: Int = 7) { all(first: $n) { name } }')).toBe(7);
  });

  it('ok: what a router asks for by key counts each time', () => {
    const text = 'query ($r: [ID!]!) { byKey(representations: $r) { all(first: 10) { name } } }';
    expect(cost(text, { r: ['a', 'b', 'c'] })).toBe(3 * (1 + 10));
  });

  it('ok: what is no list counts once, an unknown field too', () => {
    expect(cost('{ me { me { name } } __schema { types { name } } missing { name } }')).toBe(2 + 2 + 1);
  });

  it('ok: fields whose answers are large count by their size, wherever they are reached', () => {
    const served = servedSchema(DOMAINS);
    const results = (first: number) =>
      costOf(
        ...operationOf(
          served,
          `{ agent(ref: { name: "a" }) { attestationResults(first: ${first}) {
        nodes { ...result } } } } fragment result on AttestationResult { failures { code } }`,
        ),
      );
    expect(results(50)).toBeLessThan(LIMITS.cost);
    expect(results(100)).toBeGreaterThan(LIMITS.cost);
    const texts = Array.from({ length: 50 }, (_, i) => `t${i}: tpmPolicy`).join(' ');
    const lists = `{ allowlists(first: 200) { nodes { currentRevision { ${texts} } } } }`;
    expect(costOf(...operationOf(served, lists))).toBeGreaterThan(LIMITS.cost);
    expect(coordinatesOf(served)).toEqual(expect.arrayContaining([...LARGE_FIELDS.keys()]));
  });

  it('same: the size of a page that the schema tells is the one that is measured and answered', () => {
    const firsts = Object.values(servedSchema(DOMAINS).getTypeMap()).flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => field.args.filter(({ name }) => name === 'first'))
        : [],
    );
    expect(firsts.length).toBeGreaterThan(5);
    expect(new Set(firsts.map(({ defaultValue }) => defaultValue))).toEqual(new Set([FIRST_DEFAULT]));
  });
});
