import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './fixture.js';
import { FURTHER, PLACES } from './world/places.js';
import { idsOf } from './world/table.js';

const THEMES = ['light', 'dark'] as const;

for (const theme of THEMES)
  test(`ok: every page is drawn in ${theme}, for people to look at`, async ({ as, deployment }, info) => {
    const readings = await deployment.table.readings(deployment.persona('system-admin'));
    const visit = await as('system-admin', { colorScheme: theme });
    for (const { path, type, hasDetails } of PLACES) {
      const [id] = type === null ? [] : idsOf(readings, type).readable;
      for (const address of hasDetails && id ? [path, `${path}/${id}`] : [path]) {
        await visit.go(address);
        const name = address === path ? path || 'now' : `${path}-one`;
        await visit.page.screenshot({ path: info.outputPath(`${name.replaceAll('/', '-')}.png`), fullPage: true });
        expect(await visit.faults(), address).toEqual([]);
      }
    }
    for (const address of FURTHER) {
      await visit.go(address);
      await visit.page.screenshot({ path: info.outputPath(`${address.replaceAll('/', '-')}.png`), fullPage: true });
    }
  });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What docs/console.md shows, of the demo. */
const SHOWN: Readonly<Record<string, string>> = {
  now: '',
  agents: 'agents',
  nodes: 'nodes',
  policies: 'policies/matrix',
};

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

if (process.env.UPDATE === '1')
  test('ok: the pictures of docs/console.md are those of the demo', async ({ browser }) => {
    test.setTimeout(300_000);
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-pictures-'));
    const url = `http://127.0.0.1:${await freePort()}`;
    const demo = spawn('node', ['bin/bailiwick.mjs', 'serve', '--demo', '--port', new URL(url).port], {
      cwd: ROOT,
      env: { ...process.env, BAILIWICK_DATA_DIR: join(folder, 'data') },
      stdio: 'ignore',
    });
    try {
      const password = () => readFileSync(join(folder, 'data.demo', 'password'), 'utf8').trim();
      await expect
        .poll(
          () =>
            fetch(`${url}/healthz`).then(
              ({ ok }) => ok && password() !== '',
              () => false,
            ),
          { timeout: 240_000 },
        )
        .toBe(true);
      const page = await browser.newPage({
        baseURL: url,
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
      });
      await page.goto('/');
      await page.getByLabel('Name', { exact: true }).fill('admin');
      await page.getByLabel('Password', { exact: true }).fill(password());
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('heading', { name: 'Now' }).waitFor();
      for (const [name, address] of Object.entries(SHOWN)) {
        await page.goto(`/s/system/${address}`, { waitUntil: 'load' });
        await page.locator('main h1').waitFor();
        await expect(page.locator('main [role=status] [aria-hidden]')).toHaveCount(0);
        await page.screenshot({ path: join(ROOT, 'docs', 'console', `${name}.png`), scale: 'css' });
      }
    } finally {
      demo.kill('SIGTERM');
      await new Promise((resolve) => demo.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    }
  });
