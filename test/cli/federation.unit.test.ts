import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, isObjectType } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'bailiwick-federation-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compose = (...argv: string[]) => runCli('federation', 'compose', ...argv);

/** Each subgraph that a supergraph joins, with the address a router asks. */
const graphsOf = (sdl: string) =>
  [...sdl.matchAll(/@join__graph\(name: "([^"]*)", url: "([^"]*)"\)/g)].map(([, name, url]) => `${name} ${url}`).sort();

function subgraphFile(name: string, sdl: string): string {
  const file = join(folder, name);
  writeFileSync(file, sdl);
  return file;
}

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';

describe('federation compose', () => {
  test('ok: every domain is a subgraph, its fields stamped with their policies', async () => {
    const { code, out, err } = await compose();
    expect([code, err]).toEqual([0, '']);
    expect(buildSchema(out, { assumeValidSDL: true }).getQueryType()?.getFields().agents).toBeDefined();
    expect(graphsOf(out)).toEqual([
      'attestation http://attestation.invalid/graphql',
      'audit http://audit.invalid/graphql',
      'fleet http://fleet.invalid/graphql',
      'identity http://identity.invalid/graphql',
      'uploads http://uploads.invalid/graphql',
    ]);
    expect(out).toContain('@guardedBy(policy: "allowlist:create")');
  });

  test('ok: some domains, with the addresses that a router asks', async () => {
    const argv = ['--domains', 'audit, identity', '--url', 'identity=http://10.0.0.1:4000/graphql?a="b"'];
    const { code, out } = await compose(...argv, '--url', 'audit=https://audit.example/graphql');
    expect(code).toBe(0);
    expect(graphsOf(out)).toEqual([
      'audit https://audit.example/graphql',
      'identity http://10.0.0.1:4000/graphql?a=%22b%22',
    ]);
    expect(buildSchema(out, { assumeValidSDL: true }).getMutationType()?.getFields().createAllowlist).toBeUndefined();
  });

  test('ok: to a file, and nothing but a note for people', async () => {
    const file = join(folder, 'supergraph.graphql');
    const { code, out, err } = await compose('--out', file);
    expect([code, out, err]).toEqual([0, '', `wrote ${file}: identity, attestation, fleet, uploads, audit\n`]);
    expect(`${readFileSync(file, 'utf8').trimEnd()}\n`).toBe((await compose()).out);
  });

  test('ok: a subgraph of someone else joins a type of ours', async () => {
    const sdl = `${LINK}\ntype Agent @key(fields: "id") { id: ID! rack: String }`;
    const { code, out } = await compose('--subgraph', `racks=${subgraphFile('racks.graphql', sdl)}`);
    expect(code).toBe(0);
    expect(graphsOf(out)).toContain('racks http://racks.invalid/graphql');
    expect(out).toMatch(/rack: String @join__field\(graph: RACKS\)/);
  });

  test('ok: a subgraph of someone else that pages as Relay says has the same PageInfo', async () => {
    const imports = '@link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])';
    const sdl = `extend schema ${imports}
      type PageInfo @shareable {
        hasNextPage: Boolean!
        hasPreviousPage: Boolean!
        startCursor: String
        endCursor: String
      }
      type Rack @key(fields: "id") { id: ID! }
      type RackEdge { cursor: String! node: Rack! }
      type RackConnection { edges: [RackEdge!]! pageInfo: PageInfo! }
      type Query { racks(first: Int, after: String): RackConnection }`;
    const { code, out, err } = await compose('--subgraph', `racks=${subgraphFile('paged.graphql', sdl)}`);
    expect([code, err]).toEqual([0, '']);
    const fields = buildSchema(out, { assumeValidSDL: true }).getType('PageInfo');
    expect(isObjectType(fields) && Object.keys(fields.getFields()).sort()).toEqual([
      'endCursor',
      'hasNextPage',
      'hasPreviousPage',
      'startCursor',
    ]);
  });

  test('refused: what does not compose, each reason on a line of its own', async () => {
    const sdl = `${LINK}\ntype Agent @key(fields: "id") { id: ID! name: Int state: Int }`;
    const file = join(folder, 'not-written.graphql');
    const { code, out, err } = await compose(
      '--subgraph',
      `other=${subgraphFile('other.graphql', sdl)}`,
      '--out',
      file,
    );
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error: .*Agent\.name/m);
    expect(err).toMatch(/^error: .*Agent\.state/m);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  test('usage: an unknown domain or subgraph is answered with the known ones', async () => {
    const known = 'identity, attestation, fleet, uploads, audit';
    const domain = await compose('--domains', 'identity,moon');
    expect([domain.code, domain.err]).toEqual([2, `error: there is no domain moon; the domains are ${known}\n`]);
    const url = await compose('--url', 'moon=http://127.0.0.1/graphql');
    expect([url.code, url.err]).toEqual([2, `error: there is no subgraph moon; the subgraphs are ${known}\n`]);
  });

  test('usage: a file that is not SDL is named with the place', async () => {
    const file = subgraphFile('broken.graphql', 'type {');
    const { code, err } = await compose('--subgraph', `broken=${file}`);
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: .*broken\.graphql: Syntax Error/)]);
  });
});
