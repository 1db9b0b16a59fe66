import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer, listen, renewCertificate } from '../../src/server/http/listener.js';

const fixture = (name: string) => new URL(`../fixtures/tls/${name}`, import.meta.url);
const HOME = { host: '127.0.0.1', port: 0 };
const answering = (tls?: Parameters<typeof createHttpServer>[1]) =>
  createHttpServer((_request, response) => void response.end('hello'), tls);

let folder: string;
let tls: { certificatePath: string; keyPath: string };
const servers: HttpServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-listener-'));
  tls = { certificatePath: join(folder, 'certificate.pem'), keyPath: join(folder, 'key.pem') };
  install(1, 1);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function install(certificate: number, key: number): void {
  copyFileSync(fixture(`certificate-${certificate}.pem`), tls.certificatePath);
  copyFileSync(fixture(`key-${key}.pem`), tls.keyPath);
}

async function started(server: HttpServer, place: Parameters<typeof listen>[1] = HOME): Promise<number> {
  servers.push(server);
  await listen(server, place);
  return (server.address() as AddressInfo).port;
}

/** The serial number of the certificate that a new connection is shown. */
function serial(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { port, host: '127.0.0.1', rejectUnauthorized: false, agent: false };
    const sent = request(options, (response) => {
      resolve((response.socket as TLSSocket).getPeerCertificate().serialNumber);
      response.resume();
    });
    sent.once('error', reject).end();
  });
}

function handshake(port: number, version: SecureVersion): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, minVersion: version, maxVersion: version };
    // Old versions need a client that lowers its guard, or the client itself would refuse.
    const socket = connect({ ...options, ciphers: 'DEFAULT@SECLEVEL=0' }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

function overSocket(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = plainRequest({ socketPath, agent: false }, (response) => {
      resolve(response.statusCode);
      response.resume();
    });
    sent.once('error', reject).end();
  });
}

describe('TLS', () => {
  test('ok: 1.2 and 1.3', async () => {
    const port = await started(answering(tls));
    expect(await handshake(port, 'TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake(port, 'TLSv1.3')).toBe('TLSv1.3');
  });

  test('refused: 1.1', async () => {
    const port = await started(answering(tls));
    await expect(handshake(port, 'TLSv1.1')).rejects.toThrow(/protocol version/i);
  });

  test('ok: a renewed certificate is shown to new connections, still without old versions', async () => {
    const server = answering(tls);
    const port = await started(server);
    expect(await serial(port)).toBe('01');
    install(2, 2);
    renewCertificate(server, tls);
    expect(await serial(port)).toBe('02');
    await expect(handshake(port, 'TLSv1.1')).rejects.toThrow(/protocol version/i);
  });

  test('invalid: a key of another certificate starts nothing and replaces nothing', async () => {
    const server = answering(tls);
    const port = await started(server);
    install(2, 1);
    expect(() => renewCertificate(server, tls)).toThrow();
    expect(await serial(port)).toBe('01');
    expect(() => answering(tls)).toThrow();
  });
});

describe('a Unix socket', () => {
  test('ok: answers, and only its owner and group may connect', async () => {
    const socketPath = join(folder, 'bailiwick.sock');
    const before = process.umask();
    await started(answering(), { socketPath });
    expect(statSync(socketPath).mode & 0o777).toBe(0o660);
    expect(process.umask()).toBe(before);
    expect(await overSocket(socketPath)).toBe(200);
  });

  test('conflict: one that somebody answers is left to them', async () => {
    const socketPath = join(folder, 'bailiwick.sock');
    await started(answering(), { socketPath });
    await expect(listen(answering(), { socketPath })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await overSocket(socketPath)).toBe(200);
  });

  test('invalid: a file that is no socket is left as it is', async () => {
    const socketPath = join(folder, 'precious');
    writeFileSync(socketPath, 'precious');
    await expect(listen(answering(), { socketPath })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(readFileSync(socketPath, 'utf8')).toBe('precious');
  });

  test('ok: one that a dead process left behind is taken over', async () => {
    const socketPath = join(folder, 'bailiwick.sock');
    const leave = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', leave, socketPath]);
    expect(statSync(socketPath).isSocket()).toBe(true);
    await started(answering(), { socketPath });
    expect(await overSocket(socketPath)).toBe(200);
  });
});
