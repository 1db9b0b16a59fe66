// `npm run bench [-- p1 …] [--write]`: runs the named benchmarks, or all; --write writes the results to
// docs/performance.md. Each is a module `pN-….mjs` that exports `title` and `run()`, which returns Markdown.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { installIn, prepare, root } from '../scripts/prepare.mjs';

const folder = import.meta.dirname;
const page = join(root, 'docs', 'performance.md');
const HEAD = `# Performance

Measured by \`npm run bench\`, which names each figure's reference and measures it in the same run, in turn. Rates are per
second of CPU time, medians of the rounds, lowest and highest in parentheses. Trust ratios, not absolute figures.
`;

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const all = readdirSync(folder).filter((file) => /^p\d+-.*\.mjs$/.test(file));
const chosen = all.filter((file) => wanted.length === 0 || wanted.includes(file.split('-')[0])).sort();
if (chosen.length === 0) {
  console.error(`no benchmark ${wanted.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}

await prepare();
// The references are installed in their own folder, so that the product does not depend on them.
installIn(folder);
for (const file of chosen) {
  const { title, run } = await import(join(folder, file));
  const name = file.split('-')[0].toUpperCase();
  const section = `## ${name}: ${title}\n\n${await run()}\n\n${machine()}\n`;
  console.log(section);
  if (process.argv.includes('--write')) write(name, section);
}

function machine() {
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}.`;
}

/** Replaces the benchmark's section, or adds it. */
function write(name, section) {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : HEAD;
  const [head, ...sections] = text.split(/^(?=## )/m);
  const others = sections.filter((one) => !one.startsWith(`## ${name}:`));
  const numberOf = (one) => Number(/^## P(\d+)/.exec(one)?.[1]);
  const ordered = [...others, section].sort((a, b) => numberOf(a) - numberOf(b));
  writeFileSync(
    page,
    [head, ...ordered]
      .map((part) => part.trimEnd())
      .join('\n\n')
      .concat('\n'),
  );
}
