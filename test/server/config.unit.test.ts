import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';
import { PROCESS_SETTINGS } from '../../src/config/settings.js';
import { DOMAINS } from '../../src/domains.js';

describe('readConfig', () => {
  test('ok: everything has a default', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ place: { host: '127.0.0.1', port: 4000 }, tls: undefined, trustedProxies: [] });
    for (const limit of Object.values(config.limits)) expect(limit).toBeGreaterThan(0);
  });

  test('ok: a socket takes the place of the address', () => {
    expect(readConfig({ BAILIWICK_SOCKET_PATH: '/run/b.sock' }).place).toEqual({ socketPath: '/run/b.sock' });
  });

  test('ok: plain runs are on, and can be switched off', () => {
    expect(readConfig({}).runsPlain).toBe(true);
    expect(readConfig({ BAILIWICK_PLAIN_RUNS: 'false' }).runsPlain).toBe(false);
  });

  test('ok: proxies with commas', () => {
    const { trustedProxies } = readConfig({ BAILIWICK_TRUSTED_PROXIES: '10.0.0.0/8, fd00::1' });
    expect(trustedProxies).toEqual(['10.0.0.0/8', 'fd00::1']);
  });

  test('ok: origins with commas, as browsers write them; none by default', () => {
    const given = 'https://console.example.org, http://localhost:5173,https://xn--bcher-kva.example,http://[::1]:8080';
    expect(readConfig({ BAILIWICK_ALLOWED_ORIGINS: given }).allowedOrigins).toEqual([
      'https://console.example.org',
      'http://localhost:5173',
      'https://xn--bcher-kva.example',
      'http://[::1]:8080',
    ]);
    expect(readConfig({}).allowedOrigins).toEqual([]);
  });

  const many = (count: number) => Array.from({ length: count }, (_, n) => `https://c${n}.example`).join(',');
  test('ok: a hundred origins, and not one more', () => {
    expect(readConfig({ BAILIWICK_ALLOWED_ORIGINS: many(100) }).allowedOrigins).toHaveLength(100);
    expect(() => readConfig({ BAILIWICK_ALLOWED_ORIGINS: many(101) })).toThrow(
      'Configuration: BAILIWICK_ALLOWED_ORIGINS: names more than 100 origins',
    );
  });

  test.each([
    ['*', 'has a *: write each origin out, since pages of all others may do nothing here'],
    ['https://*.example.org', 'has a *: write each origin out, since pages of all others may do nothing here'],
    ['null', 'is null, which any local or sandboxed page may be: serve the page from an origin of its own'],
    ...['', 'console.example.org', 'localhost:5173', 'file:///srv', 'chrome-extension://abc'].map((origin) => [
      origin,
      'is not scheme://host[:port] with http or https: write for example https://console.example.org',
    ]),
    ['https://console.example.org/', 'is not as browsers send it: write https://console.example.org'],
    ['https://console.example.org/app?x', 'is not as browsers send it: write https://console.example.org'],
    ['https://console.example.org:443', 'is not as browsers send it: write https://console.example.org'],
    ['https://Console.example.org', 'is not as browsers send it: write https://console.example.org'],
    ['https://user:secret@console.example.org', 'is not as browsers send it: write https://console.example.org'],
    ['https://bücher.example', 'is not as browsers send it: write https://xn--bcher-kva.example'],
  ])('invalid: the origin %j, with what to do', (origin, message) => {
    expect(() => readConfig({ BAILIWICK_ALLOWED_ORIGINS: `https://a.example,${origin}` })).toThrow(
      new ConfigError(`Configuration: BAILIWICK_ALLOWED_ORIGINS: origin 2 ${message}`),
    );
  });

  test.each([
    [{ BAILIWICK_TLS_KEY_PATH: 'key.pem' }, /BAILIWICK_TLS_CERTIFICATE_PATH and/],
    [{ BAILIWICK_TLS_CERTIFICATE_PATH: 'certificate.pem' }, /BAILIWICK_TLS_KEY_PATH/],
    [{ BAILIWICK_TRUSTED_PROXIES: 'proxy.example' }, /addresses or CIDR blocks/],
    [{ BAILIWICK_METRICS_TOKEN: 'short' }, /32 to 1024/],
    [{ BAILIWICK_CONCURRENT_REQUESTS: '-1' }, /BAILIWICK_CONCURRENT_REQUESTS/],
    [{ DATABASE_URL: 'postgres://db/b?sslmode=prefer' }, /sslmode must be/],
    [{ DATABASE_URL: 'postgres://db/b?a=b&sslmode=disable' }, /sslmode must be/],
    [{ BAILIWICK_PLAIN_RUNS: 'no' }, /BAILIWICK_PLAIN_RUNS/],
    [{ BAILIWICK_UNKNOWN: '1' }, /BAILIWICK_UNKNOWN is not a setting/],
  ])('invalid: %j', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message);
  });

  test('ok: what a domain declares comes under its own name, a file beside the data folder', () => {
    const config = readConfig({ BAILIWICK_TOKEN_RETENTION: 'PT2H', BAILIWICK_DATA_DIR: '/srv/b' });
    expect(config).toMatchObject({
      tokenRetentionMs: 7_200_000,
      attestationGrace: 3,
      auditKeyPath: '/srv/b.audit-key.pem',
      auditRetentionMs: null,
    });
    expect(readConfig({ BAILIWICK_AUDIT_KEY_PATH: '/etc/key.pem' }).auditKeyPath).toBe('/etc/key.pem');
  });

  test('ok: no two declare the same variable or the same name', () => {
    const declared = DOMAINS.flatMap(({ settings = {} }) => Object.entries(settings));
    const variables = [...Object.keys(PROCESS_SETTINGS), ...declared.map(([, { variable }]) => variable)];
    expect(declared.length).toBeGreaterThan(10);
    expect(new Set(variables).size).toBe(variables.length);
    expect(new Set(declared.map(([name]) => name)).size).toBe(declared.length);
  });

  test.each(['', '?sslmode=require', '?sslmode=verify-full'])('ok: a database address ending in %j', (query) => {
    expect(readConfig({ DATABASE_URL: `postgres://db/b${query}` }).databaseUrl).toContain(query);
  });
});
