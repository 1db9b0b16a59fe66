import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const BUILT = fileURLToPath(new URL('../../dist-console', import.meta.url));
/** What a browser may load before it shows a page, compressed. */
const INITIAL_MAX = 200 * 1024;

const entry = readFileSync(join(BUILT, 'index.html'), 'utf8');
const assets = readdirSync(join(BUILT, 'assets'));
const read = (name: string) => readFileSync(join(BUILT, 'assets', name));

/** The files that the entry page names, and those that they import at once. */
function initialFiles(): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...entry.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    if (!name.endsWith('.js')) continue;
    const imports = read(name)
      .toString()
      .matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+)["']/g);
    open.push(...[...imports].map(([, imported = '']) => imported));
  }
  return found;
}

describe('the built console', () => {
  test('ok: what a browser loads first is at most 200 kB', () => {
    const initial = [...initialFiles()];
    expect(initial.length).toBeGreaterThanOrEqual(3);
    const bytes = initial.reduce((sum, name) => sum + gzipSync(read(name)).length, gzipSync(entry).length);
    expect(bytes).toBeLessThanOrEqual(INITIAL_MAX);
  });

  test('ok: pages are loaded when they are opened', () => {
    const scripts = assets.filter((name) => name.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan([...initialFiles()].filter((name) => name.endsWith('.js')).length);
  });

  test('refused: no script, style or handler is inline, and nothing is of another host', () => {
    expect(entry).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(entry).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|data:/i);
    for (const [, address = ''] of entry.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^\/assets\//);
  });

  test('refused: no file loads something of another host', () => {
    for (const name of assets.filter((one) => one.endsWith('.css')))
      for (const [, address = ''] of read(name)
        .toString()
        .matchAll(/url\(([^)]*)\)/g))
        expect(address, name).toMatch(/^["']?\/assets\//);
    const loads =
      /(?:\bfetch|\bimport|\bimportScripts|new (?:Worker|EventSource|WebSocket))\s*\(\s*["'`](?:https?:|\/\/)/;
    for (const name of assets.filter((one) => one.endsWith('.js')))
      expect(read(name).toString(), name).not.toMatch(loads);
  });

  test('refused: no file evaluates text', () => {
    for (const name of assets.filter((one) => one.endsWith('.js')))
      expect(read(name).toString(), name).not.toMatch(/\beval\(|new Function\(/);
  });
});
