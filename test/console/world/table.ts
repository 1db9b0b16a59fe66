import type { Things } from '../../contract/personas/fixture.js';
import { ownThings, sharedThings } from '../../contract/personas/fixtures.js';
import type { Persona } from '../../contract/personas/personas.js';
import { isRead, type Reading, readAll } from '../../contract/personas/reading.js';
import type { World } from '../../contract/personas/world.js';
import { PLACES } from './places.js';

/** What a persona may read of what has a place in the console, as the persona matrix has it: asked by the same fixtures, with a token instead of a browser. */
export class Table {
  readonly #world: World;
  #shared: Promise<Things> | undefined;
  readonly #readings = new Map<string, Promise<readonly Reading[]>>();

  constructor(world: World) {
    this.#world = world;
  }

  readings(persona: Persona): Promise<readonly Reading[]> {
    const known = this.#readings.get(persona.name) ?? this.#read(persona);
    this.#readings.set(persona.name, known);
    return known;
  }

  async #read(persona: Persona): Promise<readonly Reading[]> {
    this.#shared ??= sharedThings(this.#world);
    const [shared, own] = [await this.#shared, await ownThings(this.#world, persona)];
    const types = PLACES.flatMap(({ type }) => type ?? []);
    const things = [...new Set(types)].map((type) => [type, [...(own[type] ?? []), ...(shared[type] ?? [])]]);
    return readAll(this.#world, persona, Object.fromEntries(things));
  }
}

/** Whether a persona may ask for the list of a type at all; what it is answered may be none. */
export function mayList(readings: readonly Reading[], type: string): boolean {
  const words = readings.filter((one) => one.type === type).map(({ doors }) => (doors.list ?? doors.byId)?.word ?? '');
  return words.some((word) => word === '**yes**' || word === 'hidden');
}

/** Ids of the things of a type that a persona may read, and of those that it may not. */
export function idsOf(
  readings: readonly Reading[],
  type: string,
): { readonly readable: string[]; readonly hidden: string[] } {
  const ofType = readings.filter((one) => one.type === type);
  const ids = (wanted: boolean) => ofType.filter((one) => isRead(one) === wanted).map(({ thing }) => thing.id ?? '');
  return { readable: ids(true), hidden: ids(false) };
}
