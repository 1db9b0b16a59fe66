import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { agents } from '../../src/identity/agents/index.js';
import type { Json } from '../harness/server.js';
import { startRolling } from './split.js';
import { Random, SEED, Tally, walk } from './walk.js';

/** In each both servers are restarted, one after the other. */
const ROUNDS = 20;
const CLIENTS = 4;
const LOOPS_OF_CLIENT = 2;
/** Between restarts, so that every server has been busy before it ends. */
const REQUESTS_BETWEEN = 100;
/** What clients are told about how long a connection may stay idle is held by those that say how long they would. */
const AGENT = { keepAlive: true, timeout: 60_000 };

const READ = '{ agents(first: 3) { nodes { id name state } } }';
const WRITE = `mutation ($name: String!) { createAgent(input: { name: $name }) { agent { id } userErrors { message } } }`;

test('ok: forty rolling restarts under busy clients reset nothing, and what was acknowledged is there', async () => {
  const replicas = await startRolling();
  try {
    const { server, addresses } = replicas;
    const scope = await server.project(await server.defaultDomainId());
    const { token } = await server.token({ scope, role: 'admin' });
    const world: World = { addresses, token, tally: new Tally('restarts'), acknowledged: [], isOver: false };
    const clients = Array.from({ length: CLIENTS }, (_, index) => client(world, index));
    const rounds = await walk(ROUNDS, async () => {
      for (const index of [0, 1] as const) {
        await more(world, REQUESTS_BETWEEN);
        await replicas.restart(index);
        world.tally.add('restarts');
        progress(world);
      }
    });
    await more(world, REQUESTS_BETWEEN);
    world.isOver = true;
    await Promise.all(clients);
    world.tally.print(rounds * 2);
    const rows = await server.services.db
      .select({ id: agents.id })
      .from(agents)
      .where(eq(agents.projectId, scope.projectId));
    const present = new Set(rows.map(({ id }) => id as string));
    expect(world.acknowledged.filter((id) => !present.has(id))).toEqual([]);
    expect(world.tally.of('resets')).toBe(0);
    expect(world.tally.of('other answers')).toBe(0);
    expect(world.acknowledged.length).toBeGreaterThan(rounds * 10);
  } finally {
    await replicas.close();
  }
});

interface World {
  readonly addresses: readonly [string, string];
  readonly token: string;
  readonly tally: Tally;
  /** Ids of what was written. */
  readonly acknowledged: string[];
  isOver: boolean;
}

const answered = ({ tally }: World) => tally.of('reads answered') + tally.of('writes answered');

/** It takes minutes. */
function progress({ tally }: World): void {
  const counts = ['reads answered', 'writes answered', 'resets', 'other answers'].map(
    (name) => `${tally.of(name)} ${name}`,
  );
  process.stdout.write(`restart ${tally.of('restarts')}: ${counts.join(', ')}\n`);
}

async function more(world: World, count: number): Promise<void> {
  for (const before = answered(world); answered(world) < before + count; await delay(20)) {
    if (world.tally.of('resets') + world.tally.of('other answers') > 100) throw new Error('too much went wrong');
  }
}

/** Reads and writes without a pause, save for some loops that pause for as long as connections may be idle. */
async function client(world: World, index: number): Promise<void> {
  const agent = new Agent(AGENT);
  const place = { server: index % 2 };
  const loops = Array.from({ length: LOOPS_OF_CLIENT }, async (_, loop) => {
    const random = new Random(SEED + index * LOOPS_OF_CLIENT + loop);
    for (let count = 0; !world.isOver; count += 1) {
      if (random.chance(0.02)) await delay(random.below(6000));
      await operation(world, agent, place, random.chance(0.4) ? `${index}-${loop}-${count}` : null);
    }
  });
  await Promise.all(loops);
  agent.destroy();
}

/** Sends one request; again only where nobody accepted the connection, which is never after it was sent. */
async function operation(world: World, agent: Agent, place: { server: number }, name: string | null): Promise<void> {
  const { tally } = world;
  const body = JSON.stringify(name === null ? { query: READ } : { query: WRITE, variables: { name } });
  for (;;) {
    const asked = place.server;
    try {
      const answer = await send(agent, world.addresses[asked] ?? '', world.token, body);
      if (answer.isClosing) tally.add('told that the connection closes');
      if (answer.isClosing && place.server === asked) place.server = 1 - asked;
      const id = answer.body.data?.createAgent?.agent?.id;
      if (answer.status !== 200 || answer.body.errors || (name !== null && !id)) {
        tally.add('other answers');
        tally.add(`status ${answer.status}: ${JSON.stringify(answer.body).slice(0, 200)}`);
      } else if (name === null) tally.add('reads answered');
      else {
        world.acknowledged.push(id);
        tally.add('writes answered');
      }
      return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (place.server === asked) place.server = 1 - asked;
      if (code === 'ECONNREFUSED') {
        tally.add('connections refused');
        continue;
      }
      tally.add('resets');
      tally.add(`${code}: ${message}`);
      return;
    }
  }
}

interface Answered {
  readonly status: number;
  readonly isClosing: boolean;
  readonly body: Json;
}

function send(agent: Agent, address: string, token: string, body: string): Promise<Answered> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: `Bearer ${token}`,
  };
  return new Promise((resolve, reject) => {
    const read = async (response: IncomingMessage) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const isClosing = response.headers.connection === 'close';
      resolve({ status: response.statusCode ?? 0, isClosing, body: JSON.parse(text) });
    };
    const sent = request(`${address}/graphql`, { method: 'POST', agent, headers });
    sent.on('response', (response) => void read(response).catch(reject));
    sent.once('error', reject).end(body);
  });
}
