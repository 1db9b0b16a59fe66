import type { ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { rateLimited } from '../../platform/errors.js';
import { FairPool } from '../limits/fair-pool.js';
import type { Leave } from '../limits/request-end.js';
import type { CutReason } from '../metrics/metrics.js';
import type { HttpServer } from './listener.js';

/** Requests on one connection that wait for their answers. Few clients send the next request before the answer. */
const PIPELINED_MAX = 16;

/** Looks in a row without a new connection, after which the server counts as quiet. */
const QUIET_LOOKS = 5;

interface Connection {
  readonly socket: Socket;
  readonly peer: string;
  /** Answers that are not sent yet. */
  readonly answers: Set<ServerResponse>;
  /** Since when it has no request, in milliseconds of this process. */
  idleSince: number;
}

export interface ConnectionOptions {
  /** Open connections at most; 0 sets no bound. */
  readonly max: number;
  /** The peer that a connection counts for. */
  readonly peerOf: (socket: Socket) => string;
  readonly noteCut: (reason: CutReason) => void;
}

/**
 * The connections of a server. When there are too many, the peer with the most connections that are idle, or have sent
 * no complete request, loses the oldest of those.
 */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #server: HttpServer;
  readonly #all = new Map<Socket, Connection>();
  /** By address and port, because TLS requests come on another socket object. */
  readonly #byName = new Map<string, Connection>();
  readonly #idle = new FairPool<Connection>(0);
  #isClosing = false;
  #openedCount = 0;
  #held: Promise<void> | null = null;

  constructor(server: HttpServer, options: ConnectionOptions) {
    this.#server = server;
    this.#options = options;
    server.on('connection', (socket: Socket) => this.#opened(socket));
  }

  get size(): number {
    return this.#all.size;
  }

  /** Requests wait for this before anything is done for them; usually null. */
  get held(): Promise<void> | null {
    return this.#held;
  }

  /** Notes a request on its connection until its answer is sent. @throws RATE_LIMITED when too many wait there. */
  occupy(socket: Socket, response: ServerResponse, leave: Leave): void {
    const connection = this.#all.get(socket) ?? this.#byName.get(nameOf(socket));
    if (this.#isClosing) response.setHeader('connection', 'close');
    if (!connection) return;
    this.#idle.delete(connection.peer, connection);
    connection.answers.add(response);
    leave(() => {
      connection.answers.delete(response);
      if (connection.answers.size > 0 || !this.#all.has(connection.socket)) return;
      connection.idleSince = performance.now();
      this.#idle.add(connection.peer, connection);
    });
    if (connection.answers.size > PIPELINED_MAX) throw rateLimited('Too many requests wait on this connection.', 1);
  }

  /** From now on every answer has the header `Connection: close`. */
  sayClose(): void {
    this.#isClosing = true;
    for (const { answers } of this.#all.values())
      for (const answer of answers) if (!answer.headersSent) answer.setHeader('connection', 'close');
  }

  /**
   * Accepts no more connections. It would reset those that the kernel has accepted but this process has not seen yet,
   * so it first waits until none came for a while. Clients that reconnect as soon as they are answered leave no such
   * pause: then their next requests wait until none can connect, and are answered after that.
   */
  async stopAccepting(quietMs: number, waitMaxMs: number, holdMaxMs: number): Promise<void> {
    let release = () => {};
    if (!(await this.#quiet(quietMs, waitMaxMs))) {
      this.#held = new Promise((resolve) => {
        release = resolve;
      });
      await this.#quiet(quietMs, holdMaxMs);
    }
    // The close of an HTTP server would destroy idle connections, on which a request may be on its way.
    NetServer.prototype.close.call(this.#server);
    this.#held = null;
    release();
  }

  /**
   * Waits until no connection came for a while, but not too long. It counts looks at what the kernel has, each of which
   * takes one connection: a process that is held up does not look meanwhile.
   */
  async #quiet(quietMs: number, waitMaxMs: number): Promise<boolean> {
    const began = performance.now();
    let [looks, seen] = [0, this.#openedCount];
    while (looks < QUIET_LOOKS && performance.now() - began < waitMaxMs) {
      await delay(quietMs / QUIET_LOOKS);
      await turn();
      looks = seen === this.#openedCount ? looks + 1 : 0;
      seen = this.#openedCount;
    }
    return looks === QUIET_LOOKS;
  }

  /**
   * Resolves once all connections are closed. An idle connection ends only after the time in which its client may use
   * it: a request that is on its way still gets an answer.
   */
  async ended(idleMs: number, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#all.size > 0) {
      const now = performance.now();
      for (const { socket, answers, idleSince } of this.#all.values()) {
        if (now >= deadline) socket.destroy();
        else if (answers.size === 0 && now - idleSince >= idleMs) socket.end();
      }
      await delay(20);
    }
  }

  #opened(socket: Socket): void {
    const now = performance.now();
    const connection = {
      socket,
      peer: this.#options.peerOf(socket),
      answers: new Set<ServerResponse>(),
      idleSince: now,
    };
    const name = nameOf(socket);
    this.#openedCount += 1;
    this.#all.set(socket, connection);
    if (socket.remotePort !== undefined) this.#byName.set(name, connection);
    this.#idle.add(connection.peer, connection);
    socket.once('close', () => {
      this.#all.delete(socket);
      if (this.#byName.get(name) === connection) this.#byName.delete(name);
      this.#idle.delete(connection.peer, connection);
      for (const answer of connection.answers) abandon(answer);
    });
    const { max, noteCut } = this.#options;
    if (max === 0 || this.#all.size <= max) return;
    noteCut('connections_full');
    this.#idle.takeFromLargest()?.socket.destroy();
  }
}

const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** Node reports the close only to the answer whose turn it is; those behind it would never end. */
function abandon(answer: ServerResponse): void {
  if (answer.closed) return;
  answer.destroy();
  answer.emit('close');
}
