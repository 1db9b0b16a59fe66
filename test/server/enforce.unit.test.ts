import { parse, subscribe } from 'graphql';
import { describe, expect, test } from 'vitest';
import { allPolicies } from '../../src/app.js';
import type { Actor } from '../../src/authority/index.js';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { enforce } from '../../src/server/guard/enforce.js';
import { compareEnforcement, PERSONAS } from './compare-enforcement.js';

describe('enforce', () => {
  test('ok: generated operations of every persona are answered as under graphql-shield', async () => {
    const { compared, bare } = await compareEnforcement(0, 260);
    expect(compared).toBeGreaterThan(2_000);
    expect(bare / compared).toBeGreaterThan(0.15);
    expect(1 - bare / compared).toBeGreaterThan(0.2);
  }, 60_000);
});

/** Who may watch what the administrator of a project may not. */
const WATCHES: Readonly<Record<string, string>> = { nodeChanged: 'system admin' };

describe('a subscription', () => {
  const policies = allPolicies();
  const opened: string[] = [];

  /** The schema with a source of events for each subscription, which tells when it is opened. */
  function guardedSources() {
    const bare = buildSchema(DOMAINS, policies);
    const fields = Object.values(bare.getSubscriptionType()?.getFields() ?? {});
    for (const field of fields) {
      field.subscribe = async function* () {
        opened.push(field.name);
        yield { [field.name]: null };
      };
      // Beside a resolver of its own, graphql-middleware wraps that alone.
      field.resolve = (event) => event[field.name];
    }
    return { guarded: enforce(bare, policies), names: fields.map(({ name }) => name) };
  }

  test('forbidden: a caller that may not watch does not even open the source; ok: one that may does', async () => {
    const { guarded, names } = guardedSources();
    expect(names.length).toBeGreaterThan(1);
    const as = (actor: Actor | undefined, name: string) =>
      subscribe({
        schema: guarded.shielded,
        document: parse(`subscription { ${name} { __typename } }`),
        contextValue: { actor, policies, candidate: null },
      });
    for (const name of names) {
      opened.length = 0;
      for (const [persona, code] of Object.entries({ unscoped: 'FORBIDDEN', anonymous: 'UNAUTHENTICATED' })) {
        const refused = await as(PERSONAS[persona], name);
        expect('errors' in refused && refused.errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
      }
      expect(opened).toEqual([]);
      const allowed = await as(PERSONAS[WATCHES[name] ?? 'project admin'], name);
      if (!(Symbol.asyncIterator in allowed)) throw new Error(`${name}: ${JSON.stringify(allowed)}`);
      await allowed.next();
      expect(opened).toEqual([name]);
    }
  });
});
