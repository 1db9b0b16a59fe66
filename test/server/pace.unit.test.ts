import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { paceAnswer } from '../../src/server/limits/pace.js';

const MIB = 2 ** 20;
const PACE = { patienceMs: 200, bytesPerSecond: 16 * MIB };
/** More than any answer here may take by that pace. */
const WAIT_MS = 4000;

let server: Server;
let client: Socket;
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

/** Answers each request of one connection with so many bytes; resolves once an answer was cut, or after a while. */
async function cutAfter(sizes: readonly number[], read: (nth: number) => boolean): Promise<number | null> {
  let cut: number | null = null;
  let nth = 0;
  const answered = async (response: ServerResponse) => {
    const own = nth++;
    const leave = (act: () => void) => void response.once('close', act);
    paceAnswer(response.socket as Socket, response, PACE, leave, () => {
      cut = own;
    });
    response.end(Buffer.alloc(sizes[own] ?? 0));
  };
  server = createServer((_request, response) => void answered(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  for (const [request, size] of sizes.entries()) {
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    if (!read(request)) break;
    let left = size;
    await new Promise<void>((resolve) => {
      const take = (chunk: Buffer) => {
        left -= chunk.length;
        // The head is some more, so this ends before the next answer comes.
        if (left <= 0) resolve();
      };
      client.on('data', take);
      client.once('close', () => resolve());
    });
    client.removeAllListeners('data');
  }
  client.pause();
  const deadline = performance.now() + WAIT_MS;
  while (cut === null && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  return cut;
}

describe('a client that does not read its answer', () => {
  test('cut: the first', async () => {
    expect(await cutAfter([24 * MIB], () => false)).toBe(0);
  });

  test('cut: a later one of the connection: what it took before gives it no time', async () => {
    expect(await cutAfter([96 * MIB, 24 * MIB], (nth) => nth === 0)).toBe(1);
  });

  test('ok: one that reads each is not cut', async () => {
    expect(await cutAfter([MIB, MIB, MIB], () => true)).toBe(null);
  });
});
