import type { Json, TestScope, TestServer } from '../harness/server.js';
import { type ClimbWorld, scopesOf } from './climb-world.js';
import { type Attempt, attempts, randomMutation } from './random-input.js';
import type { Random, Tally } from './walk.js';

/** Each as often as it may lead somewhere. */
const ATTEMPTS = attempts().flatMap((attempt) => Array(oftenness(attempt.field.name)).fill(attempt) as Attempt[]);

function oftenness(name: string): number {
  if (/^(revokeTokens?|.*ApiCredential)$/.test(name)) return 1;
  return /^(grantRole|createRole|addImpliedRole|addGroupMember|setUserPassword)$/.test(name) ? 12 : 3;
}

/**
 * Somebody does what comes to its mind, with everybody whose password it ever chose, and with every key that it made.
 *
 * @returns All that it has in hand at the end, itself among them.
 */
export async function wander(
  server: TestServer,
  world: ClimbWorld,
  userId: string,
  steps: number,
  random: Random,
  tally: Tally,
): Promise<ReadonlySet<string>> {
  const controlled = new Set([userId]);
  const keys: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const who = random.chance(0.6) ? userId : random.pick([...controlled]);
    const where = await scopesOf(server, world, who);
    if (where.length === 0) continue;
    const scope = random.pick(where);
    const { token } = await server.token({ scope, userId: who });
    const authorization = keys.length > 0 && random.chance(0.1) ? random.pick(keys) : `Bearer ${token}`;
    const { field } = random.pick(ATTEMPTS.filter(({ scopeTypes }) => isFor(scopeTypes, scope) || random.chance(0.1)));
    const { query, input, ids } = randomMutation(field, await world.pool(), random);
    const body = await send(server.url, authorization, { query, variables: { input } });
    const payload = accepted(field.name, body, tally);
    if (payload === null) continue;
    for (const id of got(field.name, payload, ids)) controlled.add(id);
    if (payload.key) keys.push(`Basic ${Buffer.from(`${payload.apiCredential.id}:${payload.key}`).toString('base64')}`);
  }
  return controlled;
}

/** The payload of what was done; null for what was refused. */
function accepted(name: string, { data, errors }: Json, tally: Tally): Json {
  const payload = data?.[name];
  const refused = errors?.[0]?.extensions.code ?? payload?.userErrors[0]?.code;
  tally.add(refused ?? 'accepted');
  if (refused === undefined) tally.add(`accepted: ${name}`);
  return refused === undefined ? payload : null;
}

const isFor = (scopeTypes: Attempt['scopeTypes'], scope: TestScope) =>
  scopeTypes === 'authenticated' || scopeTypes.includes(scope.type);

async function send(url: string, authorization: string, body: object): Promise<Json> {
  const headers = { authorization, 'content-type': 'application/json' };
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

/** The users that an accepted mutation gives its caller: whose password it chose. */
function got(mutation: string, payload: Json, ids: readonly string[]): readonly string[] {
  if (mutation === 'createUser') return [payload.user.id];
  return /password/i.test(mutation) ? ids.filter((id) => id.startsWith('usr_')) : [];
}
