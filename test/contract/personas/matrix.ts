import type { GraphQLSchema } from 'graphql';
import { attemptAll, type Deed, mutationsOf } from './doing.js';
import type { Things } from './fixture.js';
import { ownThings, ROUTES, sharedThings } from './fixtures.js';
import { makePersonas, type Persona } from './personas.js';
import { type Reading, readAll } from './reading.js';
import { call } from './routes.js';
import { type Watching, watchAll } from './watching.js';
import type { World } from './world.js';

/** What a persona got of a route, by target. */
export interface Fetched {
  readonly persona: string;
  readonly route: string;
  readonly words: Readonly<Record<string, string>>;
}

/** Every answer that the pages tell, in the order of their rows. */
export interface Matrix {
  readonly personas: readonly string[];
  readonly readings: readonly Reading[];
  readonly watchings: readonly Watching[];
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
  const { readings, watchings } = await readEverything(world, personas);
  const deeds: Deed[] = [];
  for (const field of mutationsOf(schema)) deeds.push(...(await attemptAll(world, field, personas)));
  const fetched: Fetched[] = [];
  for (const { name: route, method } of routes) {
    for (const persona of personas) {
      const calls = (await ROUTES[route]?.(world, persona)) ?? [];
      fetched.push({ persona: persona.name, route, words: await call(world, method, persona, calls) });
    }
  }
  return { personas: personas.map(({ name }) => name), readings, watchings, deeds, fetched };
}

async function readEverything(world: World, personas: readonly Persona[]) {
  const shared = await sharedThings(world);
  const readings: Reading[] = [];
  const watchings: Watching[] = [];
  for (const persona of personas) {
    const things = both(await ownThings(world, persona), shared);
    readings.push(...(await readAll(world, persona, things)));
    watchings.push(...(await watchAll(world, persona, things)));
  }
  return { readings, watchings };
}

function both(own: Things, shared: Things): Things {
  const types = [...new Set([...Object.keys(own), ...Object.keys(shared)])];
  return Object.fromEntries(types.map((type) => [type, [...(own[type] ?? []), ...(shared[type] ?? [])]]));
}
