import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { about, fieldsOf, idIn, mutations, typeOf } from '../../contract/personas/about.js';
import { attemptOnce } from '../../contract/personas/doing.js';
import type { Attempt } from '../../contract/personas/fixture.js';
import { MUTATIONS } from '../../contract/personas/fixtures.js';
import type { Persona } from '../../contract/personas/personas.js';
import type { World } from '../../contract/personas/world.js';
import { scriptOn } from './watch.js';

const PAGES = fileURLToPath(new URL('../../../console/src/pages', import.meta.url));
const documents = readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(`${PAGES}/${file}`, 'utf8'));

/** The mutations that pages of the console send. */
export const SENT: ReadonlySet<string> = new Set(
  documents.flatMap((text) => [...text.matchAll(/\bpayload: (\w+)/g)].map(([, name = '']) => name)),
);
/** Those that are about one object of a type, and those that are about none that exists. */
export const sentAbout = (type: string): string[] => [...SENT].filter((name) => about.get(name) === type);
export const sentAboutNone = (): string[] => [...SENT].filter((name) => !about.has(name));

/** A control for a mutation: what stands in its way, or nothing. */
export interface Control {
  readonly operation: string;
  readonly obstacle: 'rights' | 'state' | null;
}

/** The controls on a page. */
export const controlsOn = (page: Page): Promise<Control[]> =>
  scriptOn(
    page,
    `[...document.querySelectorAll('[data-operation]')].map(({ dataset, disabled }) => ({
      operation: dataset.operation, obstacle: dataset.obstacle ?? (disabled ? 'state' : null) }))`,
  );

/** An attempt of the persona matrix, made for a persona. */
export interface Aimed {
  readonly operation: string;
  readonly attempt: Attempt;
  readonly input: object;
}

const mutationOf = (name: string) => {
  const found = mutations.find((one) => one.name === name);
  if (!found) throw new Error(`The schema has no mutation ${name}.`);
  return found;
};

/** Everything that the persona matrix tries mutations at, made anew for a persona, by the object that it is about. */
export async function attemptsById(world: World, persona: Persona, operations: readonly string[]) {
  const byId = new Map<string, Aimed[]>();
  for (const operation of operations) {
    const named = fieldsOf(mutationOf(operation)).find((field) => typeOf(field) === about.get(operation));
    for (const attempt of (await MUTATIONS[operation]?.(world)) ?? []) {
      const input = await attempt.input(persona);
      const id = named && idIn(input, named);
      if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), { operation, attempt, input }]);
    }
  }
  return byId;
}

/** The word of the persona matrix for an attempt. */
export async function decided(world: World, persona: Persona, name: string, attempt: Attempt, input: object) {
  const { words } = await attemptOnce(world, mutationOf(name), persona, new Map([[attempt, input]]));
  return words[attempt.target] ?? '';
}

/** Whether a persona can do something at all: one attempt at least is decided by more than the persona's roles. */
export async function isDoneAtAll(world: World, persona: Persona, name: string): Promise<boolean> {
  for (const attempt of (await MUTATIONS[name]?.(world)) ?? []) {
    const word = await decided(world, persona, name, attempt, await attempt.input(persona));
    if (!['forbidden', 'scope', '401'].includes(word)) return true;
  }
  return false;
}
