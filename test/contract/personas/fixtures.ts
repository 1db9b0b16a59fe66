import { existsSync } from 'node:fs';
import { DOMAINS } from '../../../src/domains.js';
import type { Attempts, DomainFixture, Doors, Things, Watched } from './fixture.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

export interface NamedFixture extends DomainFixture {
  readonly domain: string;
}

/** One for each domain that the server has, in their order. A domain without a file ends the run. */
export const FIXTURES: readonly NamedFixture[] = await Promise.all(
  DOMAINS.map(async ({ name }) => {
    const file = new URL(`./${name}.ts`, import.meta.url);
    if (!existsSync(file)) throw new Error(`The domain ${name} has no fixture: test/contract/personas/${name}.ts.`);
    const { fixture }: { fixture: DomainFixture } = await import(file.href);
    return { domain: name, ...fixture };
  }),
);

export const DOORS: Readonly<Record<string, Doors>> = merged(FIXTURES.map(({ doors }) => doors));
export const MUTATIONS: Readonly<Record<string, Attempts>> = merged(FIXTURES.map(({ mutations }) => mutations));
export const WATCHED: Readonly<Record<string, Watched>> = merged(FIXTURES.map(({ watched }) => watched));
export const ROUTES: NonNullable<DomainFixture['routes']> = merged(FIXTURES.map(({ routes }) => routes));

export async function sharedThings(world: World): Promise<Things> {
  const parts: Things[] = [];
  for (const fixture of FIXTURES) parts.push((await fixture.sharedThings?.(world)) ?? {}, singlesOf(fixture));
  return merged(parts);
}

const singlesOf = ({ doors = {} }: DomainFixture): Things =>
  Object.fromEntries(Object.entries(doors).flatMap(([type, { single }]) => (single ? [[type, [single]]] : [])));

export async function ownThings(world: World, persona: Persona): Promise<Things> {
  const parts: Things[] = [];
  for (const fixture of FIXTURES) parts.push((await fixture.ownThings?.(world, persona)) ?? {});
  return merged(parts);
}

/** @throws Error when two domains say the same. */
function merged<T>(parts: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  const all: Record<string, T> = {};
  for (const [name, one] of parts.flatMap((part) => Object.entries(part ?? {}))) {
    if (name in all) throw new Error(`two domains have a fixture of ${name}`);
    all[name] = one;
  }
  return all;
}
