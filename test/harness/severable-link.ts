import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a TCP server that a test can cut and mend, as a failing network or a restarting server would. */
export interface SeverableLink {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Ends every connection that there is; new ones are made at once. */
  drop(): void;
  mend(): Promise<void>;
}

export async function severableLink(target: { host: string; port: number }): Promise<SeverableLink> {
  const sockets = new Set<Socket>();
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  function listen(on: number): Promise<Server> {
    const listening = createServer((near) => {
      const far = connect(target);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        // Whichever end goes first takes the other with it; a reset is what this is for.
        from
          .on('error', () => {})
          .on('close', () => {
            sockets.delete(from);
            to.destroy();
          });
      }
    });
    return new Promise((resolve) => listening.listen(on, '127.0.0.1', () => resolve(listening)));
  }

  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    drop,
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        drop();
      }),
    mend: async () => {
      server = await listen(port);
    },
  };
}
