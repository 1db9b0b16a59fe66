// After every install: mends the Postgres driver where a connection that the server ends leaves something behind, for
// which there is no release yet (docs/decisions/0013).
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '3.4.9';
const CHANGES = {
  'connection.js': [
    // What is still to be written meets no socket: refused, where it would end the process.
    [
      /(function nextWrite\(fn\) \{\n)(\s*const x = socket\.write)/,
      `$1    if (socket === null) {
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
$2`,
    ],
    // A connection that is opened again begins anew: nothing waits in it, and nothing of what was answered before.
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
    // Rows that came before a failure are forgotten with it: else the next answer has that many empty places before its
    // first row, and who looks for one row finds none.
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
    // A transaction whose connection went sends nothing more: it would go to the next connection, outside of any.
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

/** Makes those changes that are not made yet, so that one which is new reaches what was mended before. */
function mend(path, changes) {
  const before = readFileSync(path, 'utf8');
  let text = before;
  for (const [from, to] of changes) {
    if (text.includes(to.replaceAll(/\$\d/g, ''))) continue;
    if (!from.test(text)) throw new Error(`${path} is not as it was: it cannot be mended`);
    text = text.replace(from, to);
  }
  if (text === before) return;
  // A file of its own: what is read at the same time, or linked from elsewhere, stays whole.
  writeFileSync(`${path}.mended`, text);
  renameSync(`${path}.mended`, path);
}
