import type { App } from '../app.js';
import type { Database } from '../db/open.js';
import type { Logger } from '../platform/log.js';
import { type HttpServer, renewCertificate, type TlsFiles } from '../server/http/listener.js';
import type { StopTimes } from '../server/http/stopping.js';

export function renewOnHangup(server: HttpServer, tls: TlsFiles, log: Logger): void {
  process.on('SIGHUP', () => {
    try {
      renewCertificate(server, tls);
      log.info('the certificate was read again');
    } catch (error) {
      log.error({ err: error }, 'the certificate could not be read; the previous one stays in use');
    }
  });
}

/**
 * Open requests may finish; those that take too long are cut off. A second signal ends the process at once.
 *
 * @returns what a signal does.
 */
export function stopOnSignal(app: App, database: Database, times: StopTimes): () => Promise<void> {
  const stop = async () => {
    await app.stop(times);
    await app.close();
    await database.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1));
      stop().catch((error: unknown) => {
        process.stderr.write(`Stopping failed: ${(error as Error).message}\n`);
        process.exitCode = 1;
      });
    });
  }
  return stop;
}
