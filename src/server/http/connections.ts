import type { ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { rateLimited } from '../../platform/errors.js';
import { FairPool } from '../limits/fair-pool.js';
import type { Leave } from '../limits/request-end.js';
import type { CutReason } from '../metrics/metrics.js';
import type { HttpServer } from './listener.js';

/** Requests on one connection that wait for their answers. Clients that send the next before the answer are rare. */
const PIPELINED_MAX = 16;

/** Looks in a row that find no connection, until it counts as quiet. */
const QUIET_LOOKS = 5;

interface Connection {
  readonly socket: Socket;
  readonly peer: string;
  /** Answers that are not out yet. */
  readonly answers: Set<ServerResponse>;
  /** Since when there is no request on it, in milliseconds of this process. */
  idleSince: number;
}

export interface ConnectionOptions {
  /** Open connections at most; 0 sets no bound. */
  readonly max: number;
  /** Whom a connection counts for. */
  readonly peerOf: (socket: Socket) => string;
  readonly noteCut: (reason: CutReason) => void;
}

/**
 * The connections of a server. When there are too many, whoever has most that are idle, or have sent no whole request,
 * loses the oldest of those.
 */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #server: HttpServer;
  readonly #all = new Map<Socket, Connection>();
  /** By address and port, for those whose requests come by another socket, TLS's. */
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

  /** What requests wait for before anything of them is done; null most of the time. */
  get held(): Promise<void> | null {
    return this.#held;
  }

  /** Notes a request on its connection until its answer is out. @throws RATE_LIMITED when too many wait there. */
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

  /** From now on every answer says that its connection closes. */
  sayClose(): void {
    this.#isClosing = true;
    for (const { answers } of this.#all.values())
      for (const answer of answers) if (!answer.headersSent) answer.setHeader('connection', 'close');
  }

  /**
   * Accepts no more connections. Those that the kernel has taken, and this process has not yet seen, would be reset, so
   * it first waits until for a while none came. Clients that connect again as soon as they are answered leave no such
   * pause: then what they ask next waits until none can connect, and is answered after that.
   */
  async stopAccepting(quietMs: number, waitMaxMs: number, holdMaxMs: number): Promise<void> {
    let release = () => {};
    if (!(await this.#quiet(quietMs, waitMaxMs))) {
      this.#held = new Promise((resolve) => {
        release = resolve;
      });
      await this.#quiet(quietMs, holdMaxMs);
    }
    // Of its own the close of an HTTP server destroys idle connections, on which a request may be on its way.
    NetServer.prototype.close.call(this.#server);
    this.#held = null;
    release();
  }

  /**
   * Waits until for a while no connection came, and not too long. Told by looks at what the kernel has, each of which
   * takes one connection: a process that is held up looks at nothing meanwhile.
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
   * Resolves once all connections are closed. An idle one is ended when its client was told not to use it any longer: a
   * request that is on its way meets a connection that answers.
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

/** Node tells only the answer whose turn it is that its connection closed; those behind it would never end. */
function abandon(answer: ServerResponse): void {
  if (answer.closed) return;
  answer.destroy();
  answer.emit('close');
}
