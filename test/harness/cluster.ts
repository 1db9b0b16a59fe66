import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const POSTGRES = fileURLToPath(new URL('../../scripts/postgres.sh', import.meta.url));

/** Starts a Postgres cluster of the caller's own. @returns the address of a database of it, and what ends it. */
export function startCluster(): { readonly address: string; end(): void } {
  const told = execFileSync('bash', [POSTGRES, 'start'], { encoding: 'utf8' });
  const [, address = '', folder = ''] = /TEST_DATABASE_URL=(\S+)\n.*TEST_CLUSTER=(\S+)/.exec(told) ?? [];
  return { address, end: () => void execFileSync('bash', [POSTGRES, 'stop', folder]) };
}
