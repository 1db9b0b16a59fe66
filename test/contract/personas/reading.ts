import { affordable } from '../../harness/affordable.js';
import type { Json } from '../../harness/server.js';
import { type Answered, ask } from './ask.js';
import { withoutPages } from './doors.js';
import type { Thing, Things } from './fixture.js';
import { DOORS } from './fixtures.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

export interface Through {
  readonly found: Json | null;
  /** As the page says it. */
  readonly word: string;
}

/** What one persona got of one thing through each of its doors. */
export interface Reading {
  readonly persona: string;
  readonly type: string;
  readonly thing: Thing;
  readonly doors: { readonly byId?: Through; readonly list?: Through; readonly entity?: Through };
}

interface Wanted {
  readonly type: string;
  readonly thing: Thing;
}

/** Everything that one persona can try to read. */
export async function readAll(world: World, persona: Persona, things: Things): Promise<Reading[]> {
  const wanted = Object.keys(DOORS).flatMap((type) =>
    (things[type] ?? []).filter(({ id }) => id !== null).map((thing) => ({ type, thing })),
  );
  const fields = wanted.flatMap((one) => [fieldOf(one, 'byId'), fieldOf(one, 'list')]).filter((field) => field !== '');
  const answers = await askOnce(world, persona, fields);
  // Their types are all in one request, which a list of policies refuses whole.
  const entities = persona.isListed ? [] : await askEntities(world, persona, wanted);
  return wanted.map(({ type, thing }, index) => {
    const doors: Reading['doors'] = {
      ...through({ type, thing }, 'byId', answers),
      ...through({ type, thing }, 'list', answers),
      ...(entities[index] && { entity: entities[index] }),
    };
    return { persona: persona.name, type, thing, doors };
  });
}

function fieldOf({ type, thing }: Wanted, kind: 'byId' | 'list'): string {
  const doors = DOORS[type];
  return doors?.[kind]?.ask(thing, doors.fields) ?? '';
}

function through(wanted: Wanted, kind: 'byId' | 'list', answers: ReadonlyMap<string, Answered>) {
  const answer = answers.get(fieldOf(wanted, kind));
  return answer && { [kind]: outcome(answer, (value) => DOORS[wanted.type]?.[kind]?.find(value, wanted.thing)) };
}

function outcome({ value, refusal }: Answered, find: (value: Json) => Json | null): Through {
  const found = (value && find(value)) ?? null;
  return { found, word: refusal ?? (found ? '**yes**' : 'hidden') };
}

/** Asks each field once, as many of them in a request as a request may hold. */
async function askOnce({ server }: World, { token }: Persona, fields: readonly string[]) {
  const answers = new Map<string, Answered>();
  for (const some of affordable([...new Set(fields)])) {
    const found = await ask(server, 'query', some, {}, token);
    for (const [index, answer] of found.entries()) answers.set(some[index] ?? '', answer);
  }
  return answers;
}

/** As a router asks: all of them by type and id in one field, which answers null for what is hidden. */
async function askEntities({ server }: World, { token }: Persona, wanted: readonly Wanted[]) {
  const entities = wanted.map(({ type }) => DOORS[type]?.entity);
  const representations = wanted.flatMap(({ thing: { id } }, index) =>
    entities[index] === undefined ? [] : [{ __typename: entities[index], id }],
  );
  const fragments = Object.values(DOORS).flatMap(({ entity, fields }) =>
    entity ? [`... on ${entity} { ${withoutPages(fields)} }`] : [],
  );
  const field = `_entities(representations: $all) { ${fragments.join(' ')} }`;
  const [all] = await ask(server, 'query ($all: [_Any!]!)', [field], { all: representations }, token);
  let next = 0;
  return entities.map((entity) => {
    if (entity === undefined || all === undefined) return undefined;
    const index = next++;
    return outcome({ ...all, refusal: all.refusal ?? all.refusals.get(index) ?? null }, (found) => found[index]);
  });
}

/** What the page tells of a reading: by id where there is such a query, else from the list. */
export function wordOf({ doors }: Reading): string {
  return (doors.byId ?? doors.list)?.word ?? '';
}
export const isRead = (reading: Reading): boolean => wordOf(reading) === '**yes**';
