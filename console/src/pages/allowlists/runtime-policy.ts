/** A runtime policy as a person compares it: each path with its digests. */
export interface PolicyView {
  readonly digests: ReadonlyMap<string, ReadonlySet<string>>;
  readonly keyrings: ReadonlyMap<string, ReadonlySet<string>>;
  readonly excludes: readonly string[];
}

/** A file to add to a list. */
export interface Entry {
  readonly path: string;
  /** With or without the algorithm before it: `sha256:hex`. */
  readonly digest: string;
}

const EMPTY: PolicyView = { digests: new Map(), keyrings: new Map(), excludes: [] };
const KEYRING = '%keyring:';

/** The hex of a digest, without its algorithm, as lists write it. */
export const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1).toLowerCase();

/** Whether a list is in Keylime's JSON; otherwise it has lines of digest and path. */
export const isJson = (text: string): boolean => /^\s*\{/.test(text);

/** Reads a list as far as it can be read; null for a text that is not one. What is wrong with it, the server says. */
export function readPolicy(text: string): PolicyView | null {
  if (text.trim() === '') return EMPTY;
  return isJson(text) ? readJson(text) : readLines(text);
}

function readJson(text: string): PolicyView | null {
  const policy = objectOf(text);
  if (policy === null) return null;
  return {
    digests: tableOf(policy.digests),
    keyrings: tableOf(policy.keyrings),
    excludes: textsOf(policy.excludes),
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const found: unknown = JSON.parse(text);
    return isObject(found) ? found : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

const tableOf = (value: unknown): PolicyView['digests'] =>
  new Map(
    isObject(value) ? Object.entries(value).map(([name, digests]) => [name, new Set(textsOf(digests).map(hexOf))]) : [],
  );

const LINE = /^(\\?)(\S+) [ *]?(.*)$/;

function readLines(text: string): PolicyView {
  const digests = new Map<string, Set<string>>();
  const keyrings = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, backslash, digest, name] = (line.startsWith('#') ? null : LINE.exec(line)) ?? [];
    if (digest === undefined || name === undefined) continue;
    const path = backslash ? unescaped(name) : name;
    const isKeyring = path.startsWith(KEYRING);
    const table = isKeyring ? keyrings : digests;
    const key = isKeyring ? path.slice(KEYRING.length) : path;
    table.set(key, (table.get(key) ?? new Set()).add(hexOf(digest)));
  }
  return { digests, keyrings, excludes: [] };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };
const unescaped = (name: string) => name.replace(/\\[\\nr]/g, (pair) => ESCAPES[pair] ?? pair);
const escaped = (name: string) => name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

/** The list with some files more; null where the text cannot be read, or would have to change its form for it. */
export function withEntries(text: string, entries: readonly Entry[]): string | null {
  if (entries.length === 0) return text;
  return isJson(text) ? addToJson(text, entries) : addLines(text, entries);
}

function addToJson(text: string, entries: readonly Entry[]): string | null {
  const policy = objectOf(text);
  if (policy === null) return null;
  const table = new Map(isObject(policy.digests) ? Object.entries(policy.digests) : []);
  for (const { path, digest } of entries) {
    const listed = textsOf(table.get(path));
    if (!listed.some((one) => hexOf(one) === hexOf(digest))) table.set(path, [...listed, hexOf(digest)]);
  }
  return `${JSON.stringify({ ...policy, digests: Object.fromEntries(table) }, null, 1)}\n`;
}

/** A line more for each file. A path with a second digest has no place in lines, so the list becomes JSON. */
function addLines(text: string, entries: readonly Entry[]): string | null {
  const { digests, keyrings } = readLines(text);
  const added = entries.filter(({ path, digest }) => !digests.get(path)?.has(hexOf(digest)));
  const paths = [...digests.keys(), ...added.map(({ path }) => path)];
  if (new Set(paths).size < paths.length) return addToJson(jsonOf(digests, keyrings), added);
  const lines = added.map(({ path, digest }) => {
    const name = escaped(path);
    return `${name === path ? '' : '\\'}${hexOf(digest)}  ${name}\n`;
  });
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines.join('')}`;
}

function jsonOf(digests: PolicyView['digests'], keyrings: PolicyView['keyrings']): string {
  const plain = (table: PolicyView['digests']) =>
    Object.fromEntries([...table].map(([name, values]) => [name, [...values]]));
  return JSON.stringify({ digests: plain(digests), ...(keyrings.size > 0 && { keyrings: plain(keyrings) }) });
}
