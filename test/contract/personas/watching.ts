import { happen } from '../../events/happen.js';
import type { Json } from '../../harness/server.js';
import { wordFor } from './ask.js';
import type { Thing, Things } from './fixture.js';
import { WATCHED } from './fixtures.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

/** What one persona got of one subscription, by what the events were about. */
export interface Watching {
  readonly persona: string;
  readonly subscription: string;
  readonly words: Readonly<Record<string, string>>;
}

/** Lets something happen to everything, and then watches as one persona from before that on. */
export async function watchAll(world: World, persona: Persona, things: Things): Promise<Watching[]> {
  const watchings: Watching[] = [];
  for (const [subscription, { type, fields, fact, objectOf }] of Object.entries(WATCHED)) {
    const wanted = (things[type] ?? []).filter(({ id }) => id !== null);
    const since = new Date();
    await happen(
      world.server.services,
      wanted.map((thing) => fact(thing)),
      since,
    );
    const query = `subscription ($since: DateTime) { event: ${subscription}(since: $since) { ${fields} } }`;
    const seen = await caughtUp(world, persona, { query, variables: { since } });
    const wordOf = (thing: Thing) =>
      seen.events.flatMap(objectOf).includes(fact(thing).objectId) ? '**yes**' : 'hidden';
    const words = Object.fromEntries(wanted.map((thing) => [thing.name, seen.refusal ?? wordOf(thing)]));
    watchings.push({ persona: persona.name, subscription, words });
  }
  return watchings;
}

/** All that there is for a caller at this time: a stream says a word without meaning once it has no more to tell. */
async function caughtUp({ server }: World, { token }: Persona, body: object) {
  const stop = new AbortController();
  const headers = new Headers({ 'content-type': 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: stop.signal,
  });
  if (!response.ok) return { events: [], refusal: wordFor(((await response.json()) as Json).errors[0], 'a stream') };
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    if (/(^|\n\n):\n\n/.test(text)) break;
  }
  stop.abort();
  const answers = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
  const failed = answers.find(({ errors }) => errors);
  if (failed) throw new Error(JSON.stringify(failed));
  return { events: answers.map(({ data }) => data.event), refusal: null };
}
