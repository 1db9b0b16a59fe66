import { buildASTSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { plainRunOf } from '../../src/server/graphql/plain/plain-run.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { answerByParent, randomOperation } from './random-operations.js';

const schema = answerByParent(buildSchema(DOMAINS));
const json = (value: unknown) => JSON.parse(JSON.stringify(value));

async function both(of: GraphQLSchema, source: string, contextValue: object, variableValues = {}) {
  const document = parse(source);
  const expected = await execute({ schema: of, document, contextValue, variableValues });
  const run = plainRunOf(of, document);
  const outcome = await run?.({ schema: of, document, contextValue, variableValues });
  return { run, expected, data: outcome?.data, error: outcome?.error };
}

describe('plainRunOf', () => {
  test('same: what it answers is what graphql answers, and where graphql tells errors it answers nothing', async () => {
    const tally = { prepared: 0, answered: 0, refused: 0 };
    for (let seed = 1; seed < 6_000; seed += 2) {
      const source = randomOperation(schema, seed);
      const { run, expected, data, error } = await both(schema, source, { isAsync: seed % 3 === 0 });
      if (run === null) continue;
      tally.prepared += 1;
      if (expected.errors) expect(data, source).toBeUndefined();
      if (error instanceof Error) expect(expected.errors?.map(({ message }) => message)).toContain(error.message);
      if (data === undefined) tally.refused += 1;
      else {
        tally.answered += 1;
        expect(json(data), source).toEqual(json(expected.data));
        expect(Object.keys(data), source).toEqual(Object.keys(expected.data ?? {}));
      }
    }
    expect(tally.prepared).toBeGreaterThan(1_000);
    expect(tally.answered / tally.prepared).toBeGreaterThan(0.2);
    expect(tally.refused / tally.prepared).toBeGreaterThan(0.2);
  }, 60_000);

  test.each([
    ['a mutation', 'mutation { revokeToken(input: { id: "x" }) { __typename } }'],
    ['a directive', '{ viewer { kind @include(if: true) } }'],
    ['an abstract type', '{ _entities(representations: []) { __typename } }'],
    ['introspection', '{ __schema { __typename } }'],
  ])('not prepared: %s', async (_what, source) => {
    expect((await both(schema, source, {})).run).toBeNull();
  });

  test('nothing: for variables that do not fit', async () => {
    const { run, data } = await both(
      schema,
      'query ($n: Int!) { agents(first: $n) { __typename } }',
      {},
      { n: 'many' },
    );
    expect(run).not.toBeNull();
    expect(data).toBeUndefined();
  });

  test('same: neighbours that share one object, under two names with different fields', async () => {
    const [a, b] = [
      { id: '1', name: 'a' },
      { id: '2', name: 'b' },
    ];
    const of = buildASTSchema(
      parse('type Query { rows: [Row] } type Row { list: List } type List { id: ID name: String }'),
    );
    const rows = of.getQueryType()?.getFields().rows as { resolve?: () => unknown };
    rows.resolve = () => [{ list: a }, { list: a }, { list: b }, { list: null }, { list: a }];
    const { expected, data } = await both(of, '{ rows { list { name } other: list { id } } }', {});
    expect(json(data)).toEqual(json(expected.data));
    expect(json(data).rows.map((row: { list: object | null }) => row.list)).toEqual(
      ['a', 'a', 'b', null, 'a'].map((name) => name && { name }),
    );
  });
});
