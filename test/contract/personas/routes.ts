import { wordFor } from './ask.js';
import type { Call } from './fixture.js';
import type { Persona } from './personas.js';
import type { World } from './world.js';

/** The words for what a persona got, by target. */
export async function call(world: World, method: string, persona: Persona, calls: readonly Call[]) {
  const words: Record<string, string> = {};
  for (const { target, path, body } of calls) {
    const headers = new Headers(persona.token === undefined ? [] : [['authorization', `Bearer ${persona.token}`]]);
    const response = await fetch(`${world.server.url}${path}`, { method, headers, ...(body && { body }) });
    const text = await response.text();
    words[target] = response.ok ? '**yes**' : wordFor(JSON.parse(text).errors[0], path);
  }
  return words;
}
