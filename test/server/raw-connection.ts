import { connect, type Socket } from 'node:net';
import { eventually } from '../events/watch.js';

/** A connection on which a test says byte by byte what it likes, and reads when it likes. */
export class RawConnection {
  readonly socket: Socket;
  heard = '';
  isClosed = false;
  /** What ended it, when that was no orderly end. */
  fault: NodeJS.ErrnoException | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.heard += chunk.toString('latin1');
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.fault = error;
    });
  }

  /** @param localAddress Whose connection it looks like; all of 127.0.0.0/8 is this machine's. */
  static async open(url: string, localAddress = '127.0.0.1'): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const connection = new RawConnection(connect({ host: hostname, port: Number(port), localAddress }));
    await eventually(() => connection.isClosed || connection.socket.readyState === 'open');
    return connection;
  }

  say(text: string): void {
    this.socket.write(text);
  }

  /** Sends the head of a request, and what is there of its body. */
  head(line: string, headers: Readonly<Record<string, string | number>>, body = ''): void {
    const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.say(`${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  }

  /** The status of each answer so far; an interim one too. */
  get statuses(): number[] {
    return [...this.heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  until(count: number): Promise<void> {
    return eventually(() => this.statuses.length >= count);
  }

  closed(): Promise<void> {
    return eventually(() => this.isClosed);
  }

  end(): void {
    this.socket.destroy();
  }
}
