// What `npm start` and `npm test` need first, with built-in modules only: the locked dependencies, and a build of the
// current sources. Each runs only when its stamp is stale; a lock folder separates concurrent runs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK = join(root, '.prepare-lock');
const LOCK_STALE_MS = 10 * 60_000;

export const installDependencies = () => locked(install);

function install() {
  whenStale('node_modules/.stamp', ['package.json', 'package-lock.json'], () => {
    tell('Installing the locked packages; this can take a minute.');
    // Not `npm ci`: it refuses a lockfile without the optional binaries of platforms that a registry does not have.
    run('npm', 'install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
  });
}

/** Installs the locked packages of another folder, for example the references of benchmarks and proofs. */
export function installIn(folder) {
  const lock = join(folder, 'package-lock.json');
  const done = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  run('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder);
}

export async function prepare() {
  await locked(() => {
    install();
    const common = ['schema', 'package.json', 'codegen.yml', 'tsconfig.json'];
    whenStale('dist/.stamp', ['src', 'tsconfig.build.json', ...common], () => build('the server', 'compile'));
    whenStale('dist-console/.stamp', ['console', ...common], () => build('the console', 'bundle'));
  });
}

let isGenerated = false;

/** @param script Of package.json; it needs the types that are generated for both. */
function build(what, script) {
  tell(`Building ${what}.`);
  if (!isGenerated) run('npm', 'run', '--silent', 'codegen');
  isGenerated = true;
  run('npm', 'run', '--silent', script);
}

async function locked(work) {
  while (!tryLock()) await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    work();
  } finally {
    rmdirSync(LOCK);
  }
}

function tryLock() {
  try {
    mkdirSync(LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > LOCK_STALE_MS) rmdirSync(LOCK);
    return false;
  }
}

function whenStale(stampFile, inputs, work) {
  const path = join(root, stampFile);
  const stamp = digest(inputs);
  if (existsSync(path) && readFileSync(path, 'utf8') === stamp) return;
  work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stamp);
}

function digest(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf).sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesOf(input) {
  if (!statSync(join(root, input)).isDirectory()) return [input];
  const entries = readdirSync(join(root, input), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .filter((file) => !file.includes(join('src', 'generated')));
}

/** Reports slow steps on standard error, apart from the output that others read. */
function tell(line) {
  process.stderr.write(`${line}\n`);
}

function run(command, ...args) {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}
