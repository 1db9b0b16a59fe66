import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KeptPlace, type Told } from '../../src/cli/attestation/machine/place.js';
import type { Connection } from '../../src/cli/common/connection.js';
import { parsePin } from '../../src/cli/common/pins.js';
import { exchange } from '../../src/cli/common/transport.js';
import { createHttpServer, type HttpServer, listen } from '../../src/server/http/listener.js';
import { type Authority, makeAuthority } from '../fakes/authority.js';

let certificates: string;
let folder: string;
let [old, next, strange]: Authority[] = [];
const servers: HttpServer[] = [];
beforeAll(() => {
  certificates = mkdtempSync(join(tmpdir(), 'bailiwick-ca-'));
  [old, next, strange] = ['old', 'next', 'strange'].map((name) => makeAuthority(certificates, name));
});
afterAll(() => rmSync(certificates, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-place-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true });
});

/** A server with a certificate of an authority. */
async function serve(authority: Authority | undefined, name: string) {
  if (authority === undefined) throw new Error('no authority');
  const issued = authority.issue(name);
  const server = createHttpServer((_request, response) => void response.end('hello'), issued);
  servers.push(server);
  await listen(server, { host: '127.0.0.1', port: 0 });
  return { server: `https://localhost:${(server.address() as AddressInfo).port}`, pin: parsePin(issued.pin) };
}

/** What a request over this connection comes to. */
const asked = async (connection: Connection): Promise<string> => {
  try {
    return await (await exchange(connection, '/')).text();
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
};
const answers = async (connection: Connection) => (await asked(connection)) === 'hello';
const byPin = (server: string, ...pins: string[]) => ({ server, pins, authorities: null });
const byFile = (server: string, authority: Authority | undefined) => ({
  server,
  pins: [],
  authorities: authority?.certificate ?? '',
});

async function opened(given: Parameters<typeof KeptPlace.open>[1]): Promise<KeptPlace> {
  const place = await KeptPlace.open(folder, given);
  await place.prepare();
  return place;
}

describe('a control plane that a machine knows', () => {
  test('ok: by its authority, by the authority’s key, and by its own key', async () => {
    const { server, pin } = await serve(old, 'one');
    for (const given of [byFile(server, old), byPin(server, parsePin(old?.pin ?? '')), byPin(server, pin)]) {
      expect(await asked((await opened(given)).reach())).toBe('hello');
    }
  });

  test('refused: a server with another key, before anything is sent', async () => {
    const { server } = await serve(strange, 'two');
    await expect(opened(byPin(server, parsePin(old?.pin ?? '')))).rejects.toMatchObject({
      message: `${server} sends no certificate with a pinned key`,
      exitCode: 3,
    });
    expect(await asked((await opened(byFile(server, old))).reach())).toMatch(/^(SELF_SIGNED|UNABLE)/);
  });

  test('refused: a certificate with the pinned authority for another name', async () => {
    const { server } = await serve(old, 'three');
    const elsewhere = server.replace('localhost', '127.0.0.2');
    const place = await KeptPlace.open(folder, byPin(elsewhere, parsePin(old?.pin ?? '')));
    await place.prepare().catch(() => {});
    expect(await asked(place.reach())).not.toBe('hello');
  });

  test('ok: two pins overlap while the authority changes, without a restart', async () => {
    const pins = [old, next].map((authority) => parsePin(authority?.pin ?? ''));
    const before = await serve(old, 'four');
    const place = await opened(byPin(before.server, ...pins));
    const after = await serve(next, 'five');
    const file = join(folder, 'place.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(before.server, after.server));
    await place.turn();
    expect(await asked(place.reach())).toBe('hello');
  });

  test.each(['', 'sha256:', 'sha256:00', `md5:${'0'.repeat(64)}`, 'g'.repeat(64)])('invalid: the pin %j', (text) => {
    expect(() => parsePin(text)).toThrow('a pin has the form sha256:');
  });
});

describe('what the control plane says about itself', () => {
  let place: KeptPlace;
  let server: string;
  beforeEach(async () => {
    ({ server } = await serve(old, 'here'));
    place = await opened(byFile(server, old));
  });
  const both = () => `${old?.certificate}${next?.certificate}`;

  test('ok: is kept for the owner only, and used after a restart', async () => {
    const there = await serve(next, 'there');
    const told: Told = { addresses: [there.server], authorities: both() };
    expect(await place.follow(told, answers)).toBe(`the control plane is now at ${there.server}`);
    expect(await place.follow(told, answers)).toBeNull();
    expect(statSync(join(folder, 'place.json')).mode & 0o777).toBe(0o600);
    expect(await asked((await opened(byFile(server, old))).reach())).toBe('hello');
    expect((await opened(null)).reach().server).toBe(there.server);
  });

  test('ok: an authority that is dropped counts no more, also after a restart with what was given', async () => {
    const there = await serve(next, 'there');
    await place.follow({ addresses: [there.server], authorities: both() }, answers);
    await place.follow({ addresses: [there.server], authorities: next?.certificate ?? '' }, answers);
    const again = (await opened(byFile(server, old))).reach();
    expect(await asked({ ...again, server })).not.toBe('hello');
  });

  test('ok: what an operator gives anew replaces what was kept', async () => {
    const there = await serve(next, 'there');
    await place.follow({ addresses: [there.server], authorities: both() }, answers);
    const third = await serve(strange, 'third');
    expect((await opened(byFile(third.server, strange))).reach().server).toBe(third.server);
  });

  test('refused: a place at which nobody answers, or not with these authorities; what works stays', async () => {
    for (const told of [
      { addresses: ['https://localhost:1'], authorities: null },
      { addresses: [], authorities: next?.certificate ?? '' },
    ])
      expect(await place.follow(told, answers)).toContain('does not answer');
    expect(await asked(place.reach())).toBe('hello');
  });

  test.each([
    { addresses: ['http://localhost:1'], authorities: null },
    { addresses: ['https://user:word@localhost:1'], authorities: null },
    { addresses: Array.from({ length: 9 }, (_, i) => `https://h${i}`), authorities: null },
    { addresses: [], authorities: 'rubbish' },
    { addresses: [], authorities: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
  ])('invalid: %j', async (told) => {
    expect(await place.follow(told, answers)).toContain('not valid');
    expect(await asked(place.reach())).toBe('hello');
  });

  test('ok: when an address is gone, the next one is tried', async () => {
    const there = await serve(old, 'there');
    await place.follow({ addresses: [there.server, server], authorities: null }, answers);
    const gone = servers.pop();
    gone?.closeAllConnections();
    await new Promise((resolve) => gone?.close(resolve));
    await place.turn();
    expect(await asked(place.reach())).toBe('hello');
  });

  test('invalid: nothing is kept and nothing given; what is kept is rubbish', async () => {
    rmSync(join(folder, 'place.json'));
    await expect(KeptPlace.open(folder, null)).rejects.toThrow('has not joined yet');
    writeFileSync(join(folder, 'place.json'), '{}');
    await expect(KeptPlace.open(folder, null)).rejects.toThrow('cannot use');
  });
});
