import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { LIMITS } from '../../src/server/limits/operation-limits.js';
import { codeOf, startTestServer, type TestServer } from '../harness/server.js';

let server: TestServer;
let token: string;
let ofSystem: string;
beforeAll(async () => {
  server = await startTestServer();
  const domainId = await server.defaultDomainId();
  ({ token } = await server.token({ scope: { type: 'domain', domainId }, role: 'reader' }));
  ofSystem = (await server.token({ scope: { type: 'system' }, role: 'reader' })).token;
});
afterAll(() => server.close());

/** Lists of what belongs to the system, which others cannot ask for. */
const OF_SYSTEM = ['nodes'];

/** Every text, and list of texts, in the filter of a query: query, filter, its type, and what tells how many it found. */
const filters = Object.values(buildSchema(DOMAINS).getQueryType()?.getFields() ?? {}).flatMap(
  ({ name, args, type }) => {
    const filter = args.find((argument) => argument.name === 'filter')?.type;
    if (!isInputObjectType(filter)) return [];
    const counted = String(type).endsWith('Counts') ? 'total' : 'nodes { __typename }';
    return Object.values(filter.getFields()).flatMap((field) =>
      /\b(String|ID)\b/.test(String(field.type)) ? [[name, field.name, String(field.type), counted] as const] : [],
    );
  },
);

describe('a filter', () => {
  test('ok: every list has one', () => expect(filters.length).toBeGreaterThan(12));

  test.each(filters)('ok: %s by %s that cannot be stored finds nothing', async (list, field, type, counted) => {
    const query = `query ($of: ${type}) { ${list}(filter: { ${field}: $of }) { ${counted} } }`;
    const of = type.startsWith('[') ? ['a\0b'] : 'a\0b';
    const { nodes, total } = (await server.graphql(query, { of }, OF_SYSTEM.includes(list) ? ofSystem : token)).body
      .data[list];
    expect(nodes ?? total).toEqual(counted === 'total' ? 0 : []);
  });

  test.each(['a\0b', 'a\ud800b'])('ok: nodes by labels that cannot be stored find nothing: %j', async (text) => {
    const query = 'query ($labels: [NodeLabelInput!]) { nodes(filter: { labels: $labels }) { nodes { id } } }';
    const [one, other] = [
      { key: text, value: 'a' },
      { key: 'admin.a', value: text },
    ];
    for (const labels of [[one], [other], [{ key: 'admin.b', value: 'b' }, one, other]]) {
      const { body } = await server.graphql(query, { labels }, ofSystem);
      expect(body).toEqual({ data: { nodes: { nodes: [] } } });
    }
  });
});

describe('a document', () => {
  test('anonymous: one of more tokens than a log-in needs is refused like any other, before it is validated', async () => {
    const fields = 'userErrors { code } '.repeat(LIMITS.anonymousTokens);
    const long = await server.graphql(`mutation { issueToken(input: { proof: { token: "x" } }) { ${fields} } }`);
    const nested = await server.graphql(`{ users(filter: ${'['.repeat(LIMITS.tokens - 100)}) { nodes { id } } }`);
    expect(long).toMatchObject({ status: 401 });
    expect(nested).toMatchObject({ status: 401 });
    expect(nested.comparable).toBe((await server.graphql('{ users { nodes { id } } }')).comparable);
  });

  test('anonymous: a fragment does not bring more guesses into one request', async () => {
    const guess = (n: number) => `g${n}: issueToken(input: { proof: { token: "${n}" } }) { token }`;
    const guesses = Array.from({ length: LIMITS.rootFields + 1 }, (_, n) => guess(n));
    const answer = await server.graphql(`mutation { ...All } fragment All on Mutation { ${guesses.join(' ')} }`);
    expect(answer).toMatchObject({ status: 401, body: { errors: [{ message: 'A valid token is needed.' }] } });
  });

  test('audited: the path of a denial is made of the schema’s names, however long its aliases are', async () => {
    const alias = 'a'.repeat(100_000);
    await server.graphql(`mutation { ${alias}: createDomain(input: { name: "x" }) { domain { id } } }`, {}, token);
    const entries = '{ auditEntries(filter: { actions: [REQUEST_DENIED] }, first: 1) { nodes { details } } }';
    const { details } = (await server.graphql(entries, {}, token)).body.data.auditEntries.nodes[0];
    expect(details.path).toBe('createDomain');
  });
});

describe('a time', () => {
  const since = ['0000-01-01T00:00:00Z', '0001-01-01T00:30:00+01:00', '9999-12-31T23:30:00-01:00', 'yesterday'];
  test.each(since)('invalid: %s, as a variable and written out', async (time) => {
    const variable = 'query ($at: DateTime) { auditEntries(filter: { since: $at }) { nodes { id } } }';
    expect(codeOf(await server.graphql(variable, { at: time }, token))).toBe('BAD_USER_INPUT');
    const literal = `{ auditEntries(filter: { since: "${time}" }) { nodes { __typename } } }`;
    expect(codeOf(await server.graphql(literal, {}, token))).toBe('BAD_USER_INPUT');
  });

  test('ok: the first and the last that can be stored', async () => {
    for (const time of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
      const query = `{ auditEntries(filter: { until: "${time}" }) { nodes { __typename } } }`;
      expect((await server.graphql(query, {}, token)).body.errors).toBeUndefined();
    }
  });
});

describe('Query._entities', () => {
  test.each([[undefined], [null], [5], [{ a: 1 }], [['a']]])('invalid: an id that is %s', async (id) => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }';
    const answer = await server.graphql(query, { r: [{ __typename: 'User', id }] }, token);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    expect(answer.body.data).toBeNull();
  });
});
