import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  lexicographicSortSchema,
  printType,
  buildSchema as schemaFrom,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPolicies } from '../../src/app.js';
import type { DomainManifest } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { composeDomains } from '../../src/federation/compose.js';
import { uploadsDomain } from '../../src/uploads/index.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const policies = allPolicies();
const FEDERATION_TYPES = /^(__|_(Any|Entity|Service)$|FieldSet$|federation__|link__|join__|core__)/;
const INTROSPECTION = getIntrospectionQuery({
  schemaDescription: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
  oneOf: true,
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close());

/** Every type as clients see it, by name; what federation itself adds left out. */
function apiOf(schema: GraphQLSchema): Record<string, string> {
  const types = Object.values(lexicographicSortSchema(schema).getTypeMap());
  return Object.fromEntries(
    types
      .filter((type) => !FEDERATION_TYPES.test(type.name))
      .map((type) => [
        type.name,
        printType(type)
          .replace(/^ {2}_(service|entities)\b.*\n/gm, '')
          .replace(/\n(?=\n)/g, ''),
      ]),
  );
}

/** The schema that a running server tells a client of no particular rights. */
async function introspected(): Promise<GraphQLSchema> {
  const { token } = await server.token({ scope: { type: 'unscoped' } });
  const { body } = await server.graphql(INTROSPECTION, {}, token);
  expect(body.errors).toBeUndefined();
  return buildClientSchema(body.data as IntrospectionQuery);
}

describe('federation', () => {
  const asksSomething = (domain: DomainManifest) => domain.resolvers.Query !== undefined;

  test.each(DOMAINS.filter(asksSomething).map((domain) => [domain.name, domain] as const))(
    'ok: %s composes alone',
    (_name, domain) => {
      expect(schemaFrom(composeDomains([domain], policies).publicSdl).getQueryType()?.name).toBe('Query');
    },
  );

  test.each(DOMAINS.filter(asksSomething).map((domain) => [domain.name, domain] as const))(
    'ok: uploads, which has no query, composes beside %s',
    (_name, domain) => {
      const { publicSdl } = composeDomains([domain, uploadsDomain], policies);
      expect(schemaFrom(publicSdl).getMutationType()?.getFields()).toHaveProperty('createUpload');
    },
  );

  test('ok: all domains compose, each owning its part of the joined types', () => {
    const { supergraphSdl } = composeDomains(DOMAINS, policies);
    for (const { name } of DOMAINS)
      expect(supergraphSdl).toContain(`${name.toUpperCase()} @join__graph(name: "${name}"`);
  });

  test('same: clients of the composed graph see the schema that a running server tells', async () => {
    const served = apiOf(await introspected());
    expect(Object.keys(served).length).toBeGreaterThan(50);
    expect(served).toEqual(apiOf(schemaFrom(composeDomains(DOMAINS, policies).publicSdl)));
  });
});
