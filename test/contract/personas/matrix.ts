import type { GraphQLSchema } from 'graphql';
import { attemptAll, type Deed, mutationsOf } from './doing.js';
import { makePersonas, type Persona } from './personas.js';
import { type Reading, readAll } from './reading.js';
import { call, ROUTES } from './routes.js';
import { ownThings, sharedThings, type Things } from './things.js';
import type { World } from './world.js';

/** What a persona got of a route, by target. */
export interface Fetched {
  readonly persona: string;
  readonly route: string;
  readonly words: Readonly<Record<string, string>>;
}

/** Every answer that the page tells, in the order of its rows. */
export interface Matrix {
  readonly personas: readonly string[];
  readonly readings: readonly Reading[];
  readonly deeds: readonly Deed[];
  readonly fetched: readonly Fetched[];
}

export interface Asked {
  readonly schema: GraphQLSchema;
  readonly routes: readonly { readonly name: string; readonly method: string }[];
}

/** Asks everything as everybody. Reading comes first: attempts leave rows behind. */
export async function fillMatrix(world: World, { schema, routes }: Asked): Promise<Matrix> {
  const personas = await makePersonas(world);
  const readings = await readEverything(world, personas);
  const deeds: Deed[] = [];
  for (const field of mutationsOf(schema)) deeds.push(...(await attemptAll(world, field, personas)));
  const fetched: Fetched[] = [];
  for (const { name: route, method } of routes) {
    for (const persona of personas) {
      const calls = (await ROUTES[route]?.(world, persona)) ?? [];
      fetched.push({ persona: persona.name, route, words: await call(world, method, persona, calls) });
    }
  }
  return { personas: personas.map(({ name }) => name), readings, deeds, fetched };
}

async function readEverything(world: World, personas: readonly Persona[]): Promise<Reading[]> {
  const shared = await sharedThings(world);
  const readings: Reading[] = [];
  for (const persona of personas) {
    readings.push(...(await readAll(world, persona, both(await ownThings(world, persona), shared))));
  }
  return readings;
}

function both(own: Things, shared: Things): Things {
  const types = [...new Set([...Object.keys(own), ...Object.keys(shared)])];
  return Object.fromEntries(types.map((type) => [type, [...(own[type] ?? []), ...(shared[type] ?? [])]]));
}
