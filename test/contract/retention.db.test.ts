import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventSweep, requestIdSweep } from '../../src/authority/index.js';
import { SETTINGS } from '../../src/config/settings.js';
import { DOMAINS } from '../../src/domains.js';
import { startTestServer, type TestServer } from '../harness/server.js';

const PAGE = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');
const SWEEPS = [requestIdSweep, eventSweep, ...DOMAINS.flatMap(({ sweeps }) => sweeps ?? [])];

/** The variables of settings that the page tells beside a sweep. */
function told(sweep: string): string[] {
  const lines = PAGE.split('\n').filter((line) => line.includes(`sweep \`${sweep}\``));
  return [...new Set(lines.flatMap((line) => [...line.matchAll(/`(BAILIWICK_\w+)`/g)].map(([, name = '']) => name)))];
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** The settings that a sweep reads, as what they are called for people. */
async function read(sweep: (typeof SWEEPS)[number]): Promise<string[]> {
  const names = new Set<string>();
  const settings = new Proxy(server.services.settings, {
    get: (target, name) => {
      names.add(String(name));
      return Reflect.get(target, name);
    },
  });
  await sweep.removeSome({ ...server.services, settings }, {});
  return [...names].map(variableOf);
}

/** `tokenRetentionMs` is set by `BAILIWICK_TOKEN_RETENTION`, or by a variable that its domain names. */
function variableOf(setting: string): string {
  for (const { settings = {} } of DOMAINS) {
    const declared = (settings as Readonly<Record<string, { readonly variable?: string }>>)[setting];
    if (declared?.variable) return declared.variable;
  }
  const words = setting.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter}`);
  return `BAILIWICK_${words.toUpperCase()}`;
}

describe('how long rows are kept', () => {
  test.each(SWEEPS.map((sweep) => [sweep.name, sweep] as const))(
    'ok: %s by the setting that the page tells, and by no other',
    async (name, sweep) => {
      const wanted = told(name).sort();
      expect(wanted.filter((variable) => !(variable in SETTINGS))).toEqual([]);
      expect((await read(sweep)).sort()).toEqual(wanted);
    },
  );
});
