import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Leave, leaving } from '../../src/server/limits/request-end.js';

/** Sends a request to a server, which handles it, and hangs up when told. */
async function request(handle: (leave: Leave, response: ServerResponse, hangUp: () => void) => Promise<void>) {
  const server = createServer((_request, response) => void handle(leaving(response), response, () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket
    .on('error', () => {})
    .resume()
    .write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await delay(100);
  await new Promise((resolve) => server.close(resolve));
}

test('ok: called once, when the answer is out', async () => {
  let calls = 0;
  await request(async (leave, response) => {
    leave(() => (calls += 1));
    expect(calls).toBe(0);
    response.end('done');
  });
  expect(calls).toBe(1);
});

test('ok: called at once when the caller is gone already', async () => {
  let calls = 0;
  await request(async (leave, _response, hangUp) => {
    hangUp();
    await delay(50);
    leave(() => (calls += 1));
  });
  expect(calls).toBe(1);
});

test('ok: called at once by one that is made when the caller is gone already', async () => {
  let calls = 0;
  await request(async (_leave, response, hangUp) => {
    hangUp();
    await delay(50);
    leaving(response)(() => (calls += 1));
  });
  expect(calls).toBe(1);
});
