import { createHash } from 'node:crypto';
import type { Measurement } from './machines/ima-log.js';

/** A file as a machine measures it: the digest changes with the version. */
export const file = (path: string, version = 1): Measurement => ({
  path,
  digest: createHash('sha256').update(`${path} ${version}`).digest(),
});

/** What every machine runs after its boot. */
export const BASE: readonly Measurement[] = [
  '/usr/lib/systemd/systemd',
  '/usr/bin/bash',
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/usr/lib/x86_64-linux-gnu/libcrypto.so.3',
  '/usr/lib/x86_64-linux-gnu/libssl.so.3',
  '/usr/sbin/sshd',
  '/usr/sbin/cron',
  '/usr/bin/journalctl',
].map((path) => file(path));

export const WEB = [file('/usr/sbin/nginx', 2), file('/usr/lib/nginx/modules/ngx_http_geoip_module.so')];
export const DATABASE = [file('/usr/lib/postgresql/17/bin/postgres'), file('/usr/bin/pg_dump')];
export const CACHE = [file('/usr/bin/valkey-server')];
export const BUILD = [file('/usr/bin/make'), file('/usr/bin/gcc-14')];
export const EDGE = [file('/usr/sbin/wpa_supplicant'), file('/usr/bin/chronyd')];
export const SHOP = [file('/opt/shop/bin/shop', 2), file('/opt/shop/bin/worker')];

/** What no list has. */
export const UNKNOWN = file('/var/tmp/.cache/kworkerds');

/** The content of an allowlist: Keylime's runtime policy. */
export function contentOf(...files: readonly Measurement[]): string {
  const digests: Record<string, string[]> = {};
  for (const { path, digest } of files) {
    digests[path] = [...(digests[path] ?? []), Buffer.from(digest ?? []).toString('hex')];
  }
  return `${JSON.stringify({ digests }, null, 1)}\n`;
}
