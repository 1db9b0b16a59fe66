import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../console/src', import.meta.url));

/** From which folders a folder imports; pages know no shell and no other page but the agents' states. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  '': ['', 'api', 'kit', 'routes', 'shell'],
  routes: ['api', 'kit', 'pages', 'routes', 'shell'],
  shell: ['api', 'generated', 'kit', 'shell'],
  pages: ['api', 'generated', 'kit', 'pages'],
  kit: ['api', 'kit'],
  api: ['api', 'generated'],
};

const top = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '');

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .filter((file) => top(file) !== 'generated');

const arrows = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g)].map(
    ([, path = '']) => ({ from, to: posix.join(posix.dirname(from), path) }),
  ),
);

describe('imports of the console', () => {
  test('ok: what is common imports nothing of the pages, and pages nothing of the shell', () => {
    expect(arrows.length).toBeGreaterThan(50);
    const wrong = arrows.filter(({ from, to }) => !ARROWS[top(from)]?.includes(top(to)));
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('ok: only the folder api sends requests', () => {
    const sends = /\bfetch\(|\bXMLHttpRequest\b|\bEventSource\b|\bWebSocket\b/;
    const senders = files.filter((file) => top(file) !== 'api' && sends.test(readFileSync(join(SRC, file), 'utf8')));
    expect(senders).toEqual([]);
  });

  test('ok: nothing writes markup from text', () => {
    const writes = /dangerouslySetInnerHTML|\binnerHTML\b|insertAdjacentHTML|document\.write/;
    expect(files.filter((file) => writes.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
  });
});
