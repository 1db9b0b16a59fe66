import type { ServerResponse } from 'node:http';
import { buildSchema, type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/authority/index.js';
import { notFound } from '../../src/platform/errors.js';
import { createLogger } from '../../src/platform/log.js';
import { createGraphql } from '../../src/server/graphql/apollo.js';
import { type HearFault, runnerOf } from '../../src/server/graphql/execution.js';
import { idleMetrics } from '../harness/idle-metrics.js';

const QUERY = '{ rows { word } }';
const WORDS = [{ word: 'one' }, { word: 'two' }];
const ANSWER = { rows: WORDS };

/** Graphql gives each field an `info` of its own; a plain run makes them from one. */
const isPlain = (info: GraphQLResolveInfo) => !Object.hasOwn(info, 'fieldName');

/** A list of words, read so. */
function schemaOf(rows: (info: GraphQLResolveInfo) => unknown): GraphQLSchema {
  const schema = buildSchema('type Query { rows: [Row!]! } type Row { word: String! }');
  const field = schema.getQueryType()?.getFields().rows;
  if (field) field.resolve = (_parent, _args, _context, info) => rows(info);
  return schema;
}

const inPlainRuns = (error: unknown) => (info: GraphQLResolveInfo) => {
  if (isPlain(info)) throw error;
  return WORDS;
};

/** Runs the query five times, of which the last three are plain where they can be; answers what was heard. */
async function heardOf(schema: GraphQLSchema, query = QUERY) {
  const heard: unknown[] = [];
  const hear: HearFault = (error) => heard.push(error);
  const run = runnerOf(schema, hear);
  const document = parse(query);
  const answers = [];
  for (let nth = 0; nth < 5; nth++) answers.push(JSON.parse(JSON.stringify(await run({ document }))));
  return { heard, answers };
}

const five = (answer: unknown) => Array.from({ length: 5 }, () => answer);

describe('runnerOf', () => {
  test('ok: a document that comes again is run as plain data, and nothing is heard', async () => {
    let plain = 0;
    const rows = (info: GraphQLResolveInfo) => {
      plain += isPlain(info) ? 1 : 0;
      return WORDS;
    };
    expect(await heardOf(schemaOf(rows))).toEqual({ heard: [], answers: five({ data: ANSWER }) });
    expect(plain).toBe(3);
  });

  test.each([
    ['a promise below the root', () => WORDS.map(async (row) => row)],
    ['a function in place of a value', () => WORDS.map(({ word }) => ({ word: () => word }))],
    ['a list that is no array', () => new Set(WORDS)],
  ])('ok: nothing is heard of what is not plain: %s', async (_what, rows) => {
    expect(await heardOf(schemaOf(rows))).toEqual({ heard: [], answers: five({ data: ANSWER }) });
  });

  test('ok: nothing is heard of an error that graphql tells as well', async () => {
    const fail = () => {
      throw new Error('the same each time');
    };
    const { heard, answers } = await heardOf(schemaOf(fail));
    expect(heard).toEqual([]);
    for (const { errors } of answers) expect(errors).toMatchObject([{ message: 'the same each time' }]);
  });

  test('heard: an error that only the plain run meets, and the answer is the one of graphql', async () => {
    const mistake = new TypeError('a mistake of ours');
    const { heard, answers } = await heardOf(schemaOf(inPlainRuns(mistake)));
    expect(answers).toEqual(five({ data: ANSWER }));
    // After one of three failed, it is not tried again for a while.
    expect(heard).toEqual([mistake]);
  });

  test('heard: an error in the preparation, once', async () => {
    const schema = schemaOf(() => WORDS);
    const mistake = new TypeError('a mistake of ours');
    const root = schema.getQueryType();
    const heard: unknown[] = [];
    const run = runnerOf(schema, (error) => heard.push(error));
    const args = { document: parse(QUERY) };
    await run(args);
    await run(args);
    // Asked for the root by the preparation, it fails once.
    schema.getQueryType = () => {
      if (heard.length === 0) throw mistake;
      return root;
    };
    for (let nth = 0; nth < 3; nth++) expect(JSON.parse(JSON.stringify(await run(args)))).toEqual({ data: ANSWER });
    expect(heard).toEqual([mistake]);
  });
});

describe('createGraphql', () => {
  /** The query four times, and what that left in the log and in the metrics. */
  async function served(schema: GraphQLSchema, runsPlain?: boolean) {
    const guarded = { bare: schema, shielded: schema, allowsAll: () => true, requireWithinLimit: () => {} };
    const graphql = createGraphql(guarded, createLogger('silent'), { runsPlain });
    const meter = idleMetrics();
    const lines: object[] = [];
    const log = { error: (line: object) => lines.push(line) };
    const context = { log, meter, requestId: 'of-the-test', charge: () => {} } as unknown as Context;
    const answers = [];
    for (let nth = 0; nth < 4; nth++) {
      const { body } = await graphql.executeOperation({ query: QUERY }, { contextValue: context });
      answers.push(JSON.parse(JSON.stringify(body.kind === 'single' && body.singleResult)));
    }
    await graphql.stop();
    return { answers, lines, faults: await faultsIn(meter) };
  }

  async function faultsIn(meter: ReturnType<typeof idleMetrics>): Promise<number> {
    let text = '';
    const response = { writeHead: () => response, end: (all: string) => (text = all) };
    await meter.answer(response as unknown as ServerResponse);
    return Number(/^bailiwick_plain_run_faults_total (\d+)$/m.exec(text)?.[1]);
  }

  const all = Array.from({ length: 4 }, () => ({ data: ANSWER }));

  test('counted: a fault of a plain run is in the metrics, and in the log with the id of its request', async () => {
    const { answers, lines, faults } = await served(schemaOf(inPlainRuns(new TypeError('a mistake of ours'))));
    expect([answers, faults]).toEqual([all, 1]);
    expect(lines).toMatchObject([{ requestId: 'of-the-test', err: { message: 'a mistake of ours' } }]);
  });

  test('ok: a refusal that only the plain run met is none, since it may have been true at that moment', async () => {
    expect(await served(schemaOf(inPlainRuns(notFound('row'))))).toEqual({ answers: all, lines: [], faults: 0 });
  });

  test('ok: when it is switched off, nothing is run as plain data', async () => {
    const schema = schemaOf(inPlainRuns(new TypeError('a mistake of ours')));
    expect(await served(schema, false)).toEqual({ answers: all, lines: [], faults: 0 });
  });
});
