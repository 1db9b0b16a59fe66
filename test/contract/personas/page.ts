import { FIXTURES, type NamedFixture } from './fixtures.js';
import type { Matrix } from './matrix.js';
import { type Reading, wordOf } from './reading.js';

/** The folder of the domains' pages, and the name of the index beside it. */
export const FOLDER = 'persona-matrix';

const HEAD = `# Who may do what

Made from the answers of a running server by \`test/contract/personas.api.test.ts\`; \`UPDATE=1\` writes it anew.

Every persona lives in the domain *home*; project personas and agents in its project *own*. *sibling* is another project
of that domain; *foreign* is another domain, *foreign project* a project in it. The mutations with which a caller proves
who it is, such as \`issueToken\` and \`enrollAgent\`, look at the proof, not at who brings it.

| Answer    | What it means                                                                             |
| --------- | ----------------------------------------------------------------------------------------- |
| **yes**   | It was read, or done: a mutation answered its object, and left its entry in the audit log. |
| \`IN_USE\`  | A user error that only comes after the caller was allowed to do this to this object.      |
| hidden    | NOT_FOUND: the answer is that for what does not exist.                                    |
| forbidden | FORBIDDEN: the persona's roles, or what its API credential is for, do not suffice.        |
| scope     | FORBIDDEN with the reason WRONG_SCOPE: a token of another scope is needed.                |
| 401       | UNAUTHENTICATED: no token that counts, or no proof of what is claimed.                    |
| –         | There is no such object for this persona.                                                 |
`;
const READING = 'By id, or from the list where there is no query by id.';
const LISTING = 'Which of the objects above a list shows: those that can be read by id.';
const WATCHING = 'Whether an event about the object comes: when, and only when, the object can be read at that moment.';
const DOING = 'A row is a mutation and what it is aimed at, for every persona something that nobody changed before.';

/** The page that says what the words mean, and leads to the others. */
export function writeIndex(): string {
  const links = FIXTURES.map((fixture) => `- [${fixture.domain}](${FOLDER}/${fixture.domain}.md): ${summary(fixture)}`);
  return [HEAD, section(2, 'Pages', 'One for each domain of the server.', links.join('\n'))].join('\n');
}

/** What is in a page: the objects, and how many operations. */
function summary({ doors = {}, mutations = {}, watched = {}, routes = {} }: NamedFixture): string {
  const counts = Object.entries({ mutation: mutations, subscription: watched, route: routes }).map(
    ([noun, of]) => [noun, Object.keys(of).length] as const,
  );
  const counted = counts
    .filter(([, count]) => count > 0)
    .map(([noun, count]) => `${count} ${noun}${count > 1 ? 's' : ''}`);
  return [...Object.keys(doors), ...counted].join(', ');
}

/** What everybody got of one domain. */
export function writePage(matrix: Matrix, { domain, doors = {}, mutations, watched, routes }: NamedFixture): string {
  const types = Object.keys(doors);
  const lists = types.flatMap((type) => (doors[type]?.list ? [{ type, name: doors[type].list.name }] : []));
  const watchings = matrix.watchings.filter(({ subscription }) => subscription in (watched ?? {}));
  const deeds = matrix.deeds.filter(({ mutation }) => mutation in (mutations ?? {}));
  const fetched = matrix.fetched.filter(({ route }) => route in (routes ?? {}));
  return [
    `# Who may do what: ${domain}\n\n[What the words mean](../${FOLDER}.md)\n`,
    types.length > 0 && section(2, 'Reading', READING),
    ...types.map((type) => section(3, type, readingTable(matrix, type))),
    lists.length > 0 && section(2, 'Lists', LISTING, listTable(matrix, lists)),
    watched &&
      section(2, 'Subscriptions', WATCHING, rowsTable(matrix, 'Subscription', watchings.map(withName('subscription')))),
    mutations && section(2, 'Mutations', DOING, rowsTable(matrix, 'Mutation', deeds.map(withName('mutation')))),
    routes && section(2, 'Routes', rowsTable(matrix, 'Route', fetched.map(withName('route')))),
  ]
    .filter((part) => part !== false && part !== undefined)
    .join('\n');
}

const section = (depth: 2 | 3, title: string, ...parts: readonly string[]) =>
  `${'#'.repeat(depth)} ${title}\n\n${parts.join('\n\n')}\n`;

/** A table whose columns line up in the source too. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function readingTable({ personas, readings }: Matrix, type: string): string {
  const ofType = readings.filter((reading) => reading.type === type);
  const columns = [...new Set(ofType.map(({ thing }) => thing.name))];
  const cell = (persona: string, name: string) => {
    const found = ofType.find((reading) => reading.persona === persona && reading.thing.name === name);
    return found ? wordOf(found) : '–';
  };
  const rows = personas.map((persona) => [persona, ...columns.map((name) => cell(persona, name))]);
  return table(['Persona', ...columns], rows);
}

function listTable({ personas, readings }: Matrix, lists: readonly { type: string; name: string }[]): string {
  const rows = personas.map((persona) => [
    persona,
    ...lists.map(({ type }) => shown(readings.filter((one) => one.type === type && one.persona === persona))),
  ]);
  return table(['Persona', ...lists.map(({ name }) => `\`${name}\``)], rows);
}

function shown(readings: readonly Reading[]): string {
  const listed = readings.filter(({ doors }) => doors.list?.found);
  if (listed.length === readings.length) return 'all';
  if (listed.length > 0) return listed.map(({ thing }) => thing.name).join(', ');
  const word = readings[0]?.doors.list?.word ?? '';
  return word === 'hidden' ? 'none' : word;
}

interface Named {
  readonly name: string;
  readonly persona: string;
  readonly words: Readonly<Record<string, string>>;
}
const withName =
  <Key extends string>(key: Key) =>
  (one: Record<Key, string> & Omit<Named, 'name'>): Named => ({ ...one, name: one[key] });

/** A row for each target of each operation, a column for each persona. */
function rowsTable({ personas }: Matrix, title: string, all: readonly Named[]): string {
  const rows: string[][] = [];
  for (const name of new Set(all.map((one) => one.name))) {
    const ofName = new Map<string, Named['words']>();
    for (const { persona, words } of all.filter((one) => one.name === name))
      ofName.set(persona, { ...ofName.get(persona), ...words });
    // Not every persona has something of its own.
    const targets = new Set([...ofName.values()].flatMap((words) => Object.keys(words)));
    for (const target of targets) {
      rows.push([`\`${name}\``, target, ...personas.map((persona) => codeWord(ofName.get(persona)?.[target] ?? '–'))]);
    }
  }
  return table([title, 'At', ...personas], rows);
}

const codeWord = (word: string) => (/^[A-Z_]+$/.test(word) ? `\`${word}\`` : word);
