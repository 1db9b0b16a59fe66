import { buildSchema, type GraphQLSchema, getIntrospectionQuery, isObjectType, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { MAX_PAGE } from '../../src/cli/common/paging.js';
import { WHO_CAN_PAGE } from '../../src/cli/identity/policies/ask-server.js';
import { DOMAINS } from '../../src/domains.js';
import { FIRST_DEFAULT } from '../../src/platform/pagination.js';
import { buildSchema as servedSchema } from '../../src/server/graphql/schema.js';
import { coordinatesOf } from '../../src/server/guard/coordinates.js';
import { Costs, priceOf } from '../../src/server/limits/cost.js';
import { COST_MAX, LEAF, MUTATION, OBJECT, OPERATION, PRICES, STATEMENT } from '../../src/server/limits/prices.js';
import { documents } from '../cli/documents.js';

const schema = buildSchema(`type Query { me: Thing }
  type Thing { me: Thing, all(first: Int): [Thing], name: String, byKey(representations: [ID!]!): [Thing] }`);
const served = servedSchema(DOMAINS);

function ask(of: GraphQLSchema, text: string, variables = {}, method: 'of' | 'requireWithin' = 'of'): number {
  const document = parse(text);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return new Costs(of)[method](operation, document, variables);
}

/** Below `me`, where everything is priced by its form alone. */
const inner = (text: string, variables = {}) => {
  const [head, rest] = text.startsWith('query')
    ? [text.slice(0, text.indexOf('{')), text.slice(text.indexOf('{'))]
    : ['', text];
  return ask(schema, `${head} { me ${rest} }`, variables) - OPERATION - STATEMENT;
};
const page = (size: number, below: number) => STATEMENT + size * below;

describe('Costs', () => {
  it('ok: pages inside pages multiply, and each has a statement of its own', () => {
    const twenty = page(20, LEAF);
    expect(inner('{ all(first: 10) { all(first: 20) { name } } }')).toBe(page(10, twenty));
    expect(inner('query ($n: Int) { all(first: $n) { all(first: 20) { name } } }', { n: 10 })).toBe(page(10, twenty));
  });

  it('ok: a page whose first is left out, null or a variable without a value has the default size', () => {
    const whole = page(FIRST_DEFAULT, LEAF);
    expect(inner('{ all { name } }')).toBe(whole);
    expect(inner('{ all(first: null) { name } }')).toBe(whole);
    expect(inner('query ($n: Int) { all(first: $n) { name } }')).toBe(whole);
    expect(inner('query ($n: Int) { all(first: $n) { name } }', { n: null })).toBe(whole);
  });

  it('ok: a size below one costs as much as one, so that nothing takes from what the rest costs', () => {
    for (const size of [0, -1, -1_000_000]) {
      expect(inner(`{ all(first: ${size}) { name } }`)).toBe(page(1, LEAF));
      expect(inner('query ($n: Int) { all(first: $n) { all(first: 3) { name } } }', { n: size })).toBe(
        page(1, page(3, LEAF)),
      );
    }
  });

  it('ok: a variable without a value has its own default', () => {
    expect(inner('query ($n: Int = 7) { all(first: $n) { name } }')).toBe(page(7, LEAF));
  });

  it('ok: of an object that may be of several types, the dearest counts, with all its fields', () => {
    const animals = buildSchema(`type Query { me: Home }
      type Home { pet: Pet } union Pet = Cat | Dog
      type Cat { name: String, lives: Int, age: Int } type Dog { name: String, age: Int }`);
    const cost = (text: string) => ask(animals, `{ me { pet { ${text} } } }`) - OPERATION - STATEMENT - OBJECT;
    const dog = '... on Dog { name age }';
    expect(cost('... on Cat { name }')).toBe(LEAF);
    expect(cost(`... on Cat { name } ${dog}`)).toBe(2 * LEAF);
    expect(cost(`... on Cat { name lives age } ${dog}`)).toBe(3 * LEAF);
    expect(cost(`... on Cat { name } ... on Cat { lives age } ${dog}`)).toBe(3 * LEAF);
  });

  it('ok: a list of objects without a size counts as ten, and as a page only in a connection', () => {
    const lists = buildSchema(`type Query { me: Home }
      type Home { cats: [Cat], some(first: Int): CatConnection } type Cat { name: String }
      type CatConnection { nodes: [Cat], best: Cat }`);
    const cost = (text: string) => ask(lists, `{ me { ${text} } }`) - OPERATION - STATEMENT;
    expect(cost('cats { name }')).toBe(OBJECT + 10 * LEAF);
    expect(cost('some(first: 3) { nodes { name } }') - cost('some(first: 2) { nodes { name } }')).toBe(LEAF);
    expect(cost('some(first: 3) { best { name } }')).toBe(STATEMENT + OBJECT + LEAF);
  });

  it('ok: what a router asks for by key counts each time', () => {
    const text = 'query ($r: [ID!]!) { byKey(representations: $r) { name } }';
    expect(inner(text, { r: ['a', 'b', 'c'] })).toBe(page(3, LEAF));
  });

  it('ok: what is no list counts once, and so does what stands in a fragment', () => {
    expect(inner('{ me { me { name } } }')).toBe(2 * OBJECT + LEAF);
    expect(ask(schema, '{ me { ...f } } fragment f on Thing { me { name } }')).toBe(
      OPERATION + STATEMENT + OBJECT + LEAF,
    );
  });

  it('ok: a fragment inside a fragment costs what stands in it, named or not, at any depth', () => {
    const plain = ask(schema, '{ me { all(first: 10) { name me { name } } } }');
    const named = `{ me { ...a } } fragment a on Thing { ...b } fragment b on Thing { all(first: 10) { ...c } }
      fragment c on Thing { name ...d } fragment d on Thing { me { ...e } } fragment e on Thing { name }`;
    expect(ask(schema, named)).toBe(plain);
    const inline =
      '{ me { ... on Thing { ... { all(first: 10) { ... { ... on Thing { name me { ... { name } } } } } } } } }';
    expect(ask(schema, inline)).toBe(plain);
    const mixed =
      '{ me { ...a } } fragment a on Thing { ... { all(first: 10) { ...b } } } fragment b on Thing { name ... { me { name } } }';
    expect(ask(schema, mixed)).toBe(plain);
  });

  it('ok: a fragment that is spread twice costs twice', () => {
    const once =
      ask(schema, '{ me { x: me { ...a } } } fragment a on Thing { all(first: 10) { name } }') -
      ask(schema, '{ me { x: me { name } } }');
    const twice =
      ask(schema, '{ me { x: me { ...a } y: me { ...a } } } fragment a on Thing { all(first: 10) { name } }') -
      ask(schema, '{ me { x: me { name } y: me { name } } }');
    expect([once > 0, twice]).toEqual([true, 2 * once]);
  });

  it('invalid: what costs more than is allowed names its dearest field, its price and the bound', () => {
    const text = '{ viewer { kind } agents(first: 200) { nodes { attestationResults(first: 200) { nodes { id } } } } }';
    expect(() => ask(served, text, {}, 'requireWithin')).toThrow(new RegExp(`agents alone costs \\d+.*|${COST_MAX}`));
    expect(() => ask(served, text, {}, 'requireWithin')).toThrow(String(COST_MAX));
  });

  it('invalid: as often as aliases allow, what the server works on for long', () => {
    const often = (field: string) => `${Array.from({ length: 20 }, (_, n) => `a${n}: ${field}`).join(' ')}`;
    const dear = [
      '{ allowlists(first: 200) { nodes { agents(first: 200) { nodes { id } } } } }',
      '{ allowlists(first: 200) { nodes { agents(first: 1) { totalCount } } } }',
      '{ allowlists(first: 200) { nodes { revisions(first: 2) { nodes { tpmPcrs { pcr } } } } } }',
      `{ ${often('whoCan(policy: "agent:get", first: 1) { nodes { roles } }')} }`,
      `{ ${often('agents(first: 200) { nodes { id name state } }')} }`,
      `{ ${often('_service { sdl }')} }`,
      `mutation { ${often('banAgent(input: { agent: { id: "x" } }) { agent { id } }')} }`,
      `{ ${often('verifyAuditChain { verifiedSeq }')} }`,
      `{ ${often('__schema { types { fields { name args { name } } } }')} }`,
    ];
    for (const text of dear) expect(ask(served, text), text).toBeGreaterThan(COST_MAX);
  });

  it('ok: what clients ask', () => {
    const agents = `{ agents(first: 200) { nodes { id name externalId kind state createdAt trustedUntil tpmKind
      acceptedCount rejectedCount allowlist { id name } } pageInfo { hasNextPage endCursor } } }`;
    for (const text of [
      agents,
      '{ allowlists(first: 200) { nodes { name agents(first: 5) { nodes { name state } } } } }',
      '{ projects(first: 200) { nodes { name agents(first: 5) { nodes { name state } } } } }',
      '{ allowlists(first: 200) { nodes { name revisions(first: 5) { nodes { number createdAt } } } } }',
      getIntrospectionQuery(),
      '{ _service { sdl } }',
      '{ policies { name description checks { scopeType check } } }',
    ])
      expect(ask(served, text), text.slice(0, 40)).toBeLessThan(COST_MAX);
    expect(ask(served, '{ viewer { kind } }')).toBeLessThan(2 * OPERATION);
  });

  it('ok: what the command line asks, with the longest pages', () => {
    const asked = [...documents.values()];
    expect(asked.length).toBeGreaterThan(40);
    const pageOf = (text: string) => (text === documents.get('WhoCan') ? WHO_CAN_PAGE : MAX_PAGE);
    const costs = asked.map((text) => [text, ask(served, text, { first: pageOf(text) })] as const);
    expect(costs.filter(([, cost]) => cost > COST_MAX)).toEqual([]);
  });

  it('same: the size of a page that the schema tells is the one that is measured and answered', () => {
    const firsts = Object.values(served.getTypeMap()).flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => field.args.filter(({ name }) => name === 'first'))
        : [],
    );
    expect(firsts.length).toBeGreaterThan(5);
    expect(new Set(firsts.map(({ defaultValue }) => defaultValue))).toEqual(new Set([FIRST_DEFAULT]));
  });
});

describe('prices', () => {
  const known = new Set([
    'Query.__schema',
    'Query.__type',
    ...Object.values(served.getTypeMap()).flatMap((type) =>
      isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
    ),
  ]);

  it('ok: every field that has a price of its own exists', () => {
    expect(Object.keys(PRICES).filter((coordinate) => !known.has(coordinate))).toEqual([]);
  });

  it('ok: no field is free, and none alone is dearer than an operation may be', () => {
    for (const coordinate of coordinatesOf(served)) {
      const [typeName = '', name = ''] = coordinate.split('.');
      const type = served.getType(typeName);
      const field = isObjectType(type) ? type.getFields()[name] : undefined;
      if (!field) throw new Error(coordinate);
      const { each, once = 0, item = 0 } = priceOf(served, typeName, field);
      expect(each + once + item, coordinate).toBeGreaterThan(0);
      expect(OPERATION + each + once, coordinate).toBeLessThan(COST_MAX);
    }
  });

  it('ok: a mutation costs more than a read', () => {
    expect(MUTATION).toBeGreaterThan(STATEMENT);
  });
});
