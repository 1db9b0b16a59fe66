import { type GraphQLSchema, Kind, parse } from 'graphql';
import { DOMAINS } from '../../src/domains.js';
import { buildSchema } from '../../src/server/graphql/schema.js';
import { Costs } from '../../src/server/limits/cost.js';
import { LIMITS } from '../../src/server/limits/operation-limits.js';
import { COST_MAX } from '../../src/server/limits/prices.js';

let costs: { readonly schema: GraphQLSchema; readonly of: Costs } | undefined;

function costOf(fields: readonly string[]): number {
  if (costs === undefined) {
    const schema = buildSchema(DOMAINS);
    costs = { schema, of: new Costs(schema) };
  }
  const document = parse(`{ ${fields.map((field, index) => `f${index}: ${field}`).join('\n')} }`);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return costs.of.of(operation, document, {});
}

/** Fields of Query dealt out to as few operations as may hold them, in order. */
export function affordable(fields: readonly string[]): string[][] {
  const operations: string[][] = [];
  for (const field of fields) {
    const last = operations.at(-1);
    if (last && last.length < LIMITS.rootFields && costOf([...last, field]) <= COST_MAX) last.push(field);
    else operations.push([field]);
  }
  return operations;
}
