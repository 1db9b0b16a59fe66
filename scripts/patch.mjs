// Runs after every install: fixes the Postgres driver for connections that the server ends, until a release does
// (docs/decisions/0013).
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '3.4.9';
const CHANGES = {
  'connection.js': [
    // A delayed write may find no socket: report an error, which would otherwise end the process.
    [
      /(function nextWrite\(fn\) \{\n)(\s*const x = socket\.write)/,
      `$1    if (socket === null) {
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
$2`,
    ],
    // A reopened connection starts clean: with no waiting queries, and nothing of earlier responses.
    [
      /(async function closed\(hadError\) \{[^}]*?clearImmediate\(nextWriteTimer\)\n)/,
      `$1    const gone = Errors.connection('CONNECTION_CLOSED', options)
    stream && (stream.destroy(gone), stream = null)
    query && queryError(query, gone)
    while (sent.length)
      queryError(sent.shift(), gone)
    chunk = nextWriteTimer = errorResponse = query = results = null
`,
    ],
    // Rows before a failure are dropped with it: otherwise the next result has that many empty places before its first
    // row, and a caller that looks for one row finds none.
    [
      /(\n\s*chunk = nextWriteTimer = errorResponse = query = results = null\n)/,
      '$1    rows = 0, result = new Result()\n',
    ],
    [
      /(\n\s*query = results = errorResponse = null\n)(\s*result = new Result\(\)\n)/,
      '$1    rows = 0 // of an answer that failed\n$2',
    ],
  ],
  'index.js': [
    // A transaction that lost its connection sends nothing more: it would go to the next connection, outside any
    // transaction.
    [
      /(async function begin\(options, fn\) \{[\s\S]*?)new Promise\(\(_, reject\) => connection\.onclose = reject\)/,
      '$1new Promise((_, reject) => connection.onclose = e => (gone = e, reject(e)))',
    ],
    [/(async function begin\(options, fn\) \{[\s\S]*?let savepoints = 0\n)/, '$1      , gone = null\n'],
    [
      /(function handler\(q\) \{\n\s*q\.catch\(e => uncaughtError \|\| \(uncaughtError = e\)\)\n)/,
      '$1        if (gone)\n          return q.reject(gone)\n',
    ],
  ],
};

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', 'postgres');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
if (version !== VERSION) throw new Error(`postgres ${version} is another than ${VERSION}: is it still to be mended?`);
for (const [file, changes] of Object.entries(CHANGES)) mend(join(folder, 'src', file), changes);

/** Makes the changes that are still missing, so that a new one also reaches a file patched before. */
function mend(path, changes) {
  const before = readFileSync(path, 'utf8');
  let text = before;
  for (const [from, to] of changes) {
    if (text.includes(to.replaceAll(/\$\d/g, ''))) continue;
    if (!from.test(text)) throw new Error(`${path} is not as it was: it cannot be mended`);
    text = text.replace(from, to);
  }
  if (text === before) return;
  // Writes a new file and renames it: concurrent readers and hard links keep a whole file.
  writeFileSync(`${path}.mended`, text);
  renameSync(`${path}.mended`, path);
}
