import { createHash } from 'node:crypto';
import { wordFor } from './ask.js';
import type { Principal } from './owners.js';
import { type Persona, principalOf } from './personas.js';
import { OWNERS, type World } from './world.js';

interface Call {
  readonly target: string;
  readonly path: string;
  readonly body?: string;
}

const BYTES = 'bytes';
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`;

/** What is asked of each route beside /graphql. */
export const ROUTES: Readonly<Record<string, (world: World, persona: Persona) => Promise<Call[]>>> = {
  putUpload: async ({ rows, users }, persona) => {
    const call = async (target: string, owner: Principal) => {
      const id = await rows.upload(owner, BYTES.length, DIGEST);
      return { target, path: `/uploads/${id}`, body: BYTES };
    };
    return [
      await call('own', principalOf(persona)),
      await call('of a user of home', { kind: 'user', id: users.home }),
      await call('of a foreign user', { kind: 'user', id: users.foreign }),
    ];
  },
  getImaPolicy: async ({ lists }) =>
    OWNERS.map((target) => ({ target, path: `/allowlist-revisions/${lists[target].revisionId}/ima-policy` })),
};

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
