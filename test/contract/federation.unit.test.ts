import { type GraphQLSchema, lexicographicSortSchema, printType, buildSchema as schemaFrom } from 'graphql';
import { describe, expect, test } from 'vitest';
import { DOMAINS } from '../../src/domains.js';
import { composeDomains } from '../../src/federation/compose.js';
import { buildSchema } from '../../src/server/schema.js';

const FEDERATION_TYPES = /^(__|_(Any|Entity|Service)$|FieldSet$|federation__|link__|join__|core__)/;

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

describe('federation', () => {
  test.each(DOMAINS.map((domain) => [domain.name, domain] as const))('ok: %s composes alone', (_name, domain) => {
    expect(schemaFrom(composeDomains([domain]).publicSdl).getQueryType()?.name).toBe('Query');
  });

  test('ok: all domains compose, each owning its part of the joined types', () => {
    const { supergraphSdl } = composeDomains(DOMAINS);
    for (const { name } of DOMAINS)
      expect(supergraphSdl).toContain(`${name.toUpperCase()} @join__graph(name: "${name}"`);
  });

  test('same: clients of the composed graph see the schema that one server serves', () => {
    expect(apiOf(schemaFrom(composeDomains(DOMAINS).publicSdl))).toEqual(apiOf(buildSchema(DOMAINS)));
  });
});
