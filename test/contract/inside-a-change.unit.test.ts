import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** What is written inside each call of `mutate` and `observe`, behind the request that it takes. */
function changesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:mutate|observe)(?:<[^(]*>)?\(\s*context,/g)].map(({ 0: call, index }) => {
    const from = index + call.length;
    let depth = 1;
    let at = from;
    for (; depth > 0 && at < text.length; at++) {
      if ('([{'.includes(text[at] ?? '')) depth += 1;
      if (')]}'.includes(text[at] ?? '')) depth -= 1;
    }
    return text.slice(from, at);
  });
}

/** Where the request of outside is handed on, or its database used: neither knows of the transaction. */
const reachesOut = (change: string) =>
  /(?<!\w|(?<!\.\.)\.)context(?!\s*[.:]|\w)/.test(change) || /(?<!\.)\bcontext\.(db|reauthenticate)\b/.test(change);

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !file.includes('/cli/'));

describe('what is inside a change', () => {
  test('ok: no use case reaches round its act to the request outside', () => {
    const changes = files.flatMap((file) =>
      changesIn(readFileSync(file, 'utf8')).map((change) => ({ file: relative(SRC, file), change })),
    );
    expect(changes.length).toBeGreaterThan(40);
    expect(changes.filter(({ change }) => reachesOut(change)).map(({ file }) => file)).toEqual([]);
  });

  test.each([
    ['its database', 'mutate(context, P, async (act) => { await insert(context.db, row); });'],
    ['all of it', 'mutate<Row>(context, P, async (act) => find(context, row));'],
    ['a copy of it', 'mutate(context, P, (act) => find({ ...context, now: act.now }, row));'],
    ['it by its name', 'mutate(context, P, (act) => find({ context, row }));'],
    ['it in a report', 'observe(context, P, async (act) => { await insert(context.db, row); });'],
  ])('refused: %s', (_what, text) => {
    expect(changesIn(text).filter(reachesOut)).toHaveLength(1);
  });

  test('ok: what of it is no door, and what the act has', () => {
    const text = 'mutate(context, P, (act) => f(context.settings, act.context, { context: 1 })); find(context);';
    expect(changesIn(text).filter(reachesOut)).toEqual([]);
  });
});
