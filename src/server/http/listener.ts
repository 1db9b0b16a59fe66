import { lstatSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { connect } from 'node:net';
import { createSecureContext } from 'node:tls';
import { readNamed } from '../../platform/named-file.js';

/** PEM files: the certificate with its chain, and its key. */
export interface TlsFiles {
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** Where to listen: on a Unix socket, or on an address. */
export type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export type HttpServer = Server | TlsServer;

/**
 * Clients see the whole seconds of `keepAliveTimeout`; the rest is for a request that they send at the last moment.
 * Bodies have no deadline here, since large ones may take long: `Arrivals` limits them.
 */
const OPTIONS = {
  requestTimeout: 0,
  headersTimeout: 15_000,
  connectionsCheckingInterval: 5000,
  keepAliveTimeout: 5900,
  maxHeaderSize: 16_384,
} as const;
const TLS_OPTIONS = { minVersion: 'TLSv1.2', handshakeTimeout: 10_000 } as const;
/** The umask for the socket's file: its owner and its group may connect. */
const OTHERS_OUT = 0o117;

/** A server, with TLS when there are files for it. @throws Error when they cannot be read or do not fit each other. */
export function createHttpServer(listener: RequestListener, tls?: TlsFiles): HttpServer {
  if (!tls) return createServer(OPTIONS, listener);
  return createTlsServer({ ...OPTIONS, ...TLS_OPTIONS, ...readTls(tls) }, listener);
}

/** Reads the files again, for new connections. @throws Error as `createHttpServer`; the old ones then stay in use. */
export function renewCertificate(server: HttpServer, tls: TlsFiles): void {
  if ('setSecureContext' in server) server.setSecureContext({ ...TLS_OPTIONS, ...readTls(tls) });
}

function readTls({ certificatePath, keyPath }: TlsFiles) {
  const pair = { cert: readNamed(certificatePath), key: readNamed(keyPath) };
  // Refuses a key of another certificate here, before anything is replaced.
  createSecureContext(pair);
  return pair;
}

/** Resolves once the server listens. Takes over a socket that a dead process left, but never a live process's. */
export async function listen(server: HttpServer, place: Place): Promise<void> {
  if ('socketPath' in place && (await isAbandoned(place.socketPath))) rmSync(place.socketPath);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (!('socketPath' in place)) return void server.listen(place.port, place.host, resolve);
    // The file appears within this call, and must never have other permissions.
    const before = process.umask(OTHERS_OUT);
    try {
      server.listen(place.socketPath, resolve);
    } finally {
      process.umask(before);
    }
  });
}

/** Whether it is a socket on which nobody answers. Anything else is not touched, and listening fails. */
async function isAbandoned(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return false;
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
