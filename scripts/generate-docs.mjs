// Writes the pages of docs/, and parts of pages, that are generated from code; with --check it writes nothing and fails
// when a page differs. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { allPolicies } from '../dist/app.js';
import { FAILURES } from '../dist/attestation/verifier/failures.js';
import { SETTINGS } from '../dist/config/settings.js';
import { CODES, REASONS, USER_ERROR_CODES } from '../dist/platform/error-catalogue.js';
import { previewOutdated, staleEtag } from '../dist/platform/errors.js';
import { BEARERS, newBearer } from '../dist/platform/secrets.js';
import { BODY_MAX, BODY_MAX_LARGE, BODY_MAX_SMALL } from '../dist/server/http/body.js';
import { LIMITS } from '../dist/server/limits/operation-limits.js';
import * as prices from '../dist/server/limits/prices.js';
import { reasonFolders, refusalFolders, userErrors } from './error-sources.mjs';
import { personaParts } from './persona-tables.mjs';
import { root } from './prepare.mjs';

const NOTE = '<!-- Made by scripts/generate-docs.mjs; do not edit. -->';
const cell = (text) => String(text).replaceAll('|', '\\|');
const code = (text) => `\`${text}\``;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const page = (title, ...parts) => `${[`# ${title}`, NOTE, ...parts].join('\n\n')}\n`;
const COMMON = parse(readFileSync(join(root, 'schema/common.graphql'), 'utf8'));

function errors() {
  const folders = (names) => names.map(code).join(', ');
  const from = refusalFolders();
  const codes = Object.entries(CODES).map(([name, { status, meaning }]) => [
    code(name),
    status,
    meaning,
    folders(from.get(name)),
  ]);
  const reasons = Object.entries(REASONS).map(([name, { code: of, meaning }]) => [
    code(name),
    code(of),
    meaning,
    folders(reasonFolders(name)),
  ]);
  const failures = Object.entries(FAILURES).map(([name, kind]) => [
    code(name),
    kind.class,
    kind.severity,
    kind.description,
  ]);
  return page(
    'Errors',
    'Every error that the API answers, and which folders of `src/` it comes from. Clients go by codes and reasons; sentences are for people and may change.',
    '## Top-level errors',
    'They stand in `errors` of the answer, with `extensions.code` and `extensions.requestId`. The HTTP status is that of a request that is refused before or outside of an operation; errors of single fields leave it at 200.',
    table(['Code', 'Status', 'Meaning', 'From'], codes),
    '## Reasons',
    '`extensions.reason` says more than the code, where a client can do something about it.',
    table(['Reason', 'Of', 'Meaning', 'From'], reasons),
    '## User errors',
    'What a caller of a mutation can correct stands in `userErrors` of its payload, with the path of the input field. `…` stands for what the sentence names.',
    ...USER_ERROR_CODES.flatMap((name) => [`### ${code(name)}`, ...userErrorTable(name)]),
    '## Attestation failures',
    'What a verification can find. A PROTOCOL failure says nothing about the machine and leaves its state as it is. INTEGRITY means that the evidence is not what it claims to be. POLICY means that it is, and is not allowed. A warning alone rejects nothing.',
    table(['Code', 'Class', 'Severity', 'Meaning'], failures),
  );
}

const USER_ERRORS = userErrors();
const BY_DEFAULT = { STALE_ETAG: staleEtag().facts[0], PREVIEW_OUTDATED: previewOutdated().facts[0] };
const MEANINGS = COMMON.definitions.find(({ name }) => name?.value === 'UserErrorCode').values;

function userErrorTable(name) {
  const { description } = MEANINGS.find((value) => value.name.value === name);
  const rows = USER_ERRORS.filter((error) => error.code === name).map(({ message, field, folder }) => {
    const { message: sentence, path } = BY_DEFAULT[name] ?? {};
    const shownField = field || (message === undefined && path.join('.'));
    return [
      message === undefined ? sentence : (message ?? '(says what was found)'),
      shownField ? code(shownField) : '',
      code(folder),
    ];
  });
  const sorted = [...new Map(rows.map((row) => [row.join('|'), row])).values()].sort((a, b) =>
    `${a[2]} ${a[0]}` < `${b[2]} ${b[0]}` ? -1 : 1,
  );
  return [description.value, table(['Sentence', 'Field', 'From'], sorted)];
}

function configuration() {
  const rows = Object.entries(SETTINGS).map(([name, [form, purpose]]) => [code(name), byDefault(form), purpose]);
  return page(
    'Configuration',
    'The server reads its settings from the environment. Any setting may stand in a file instead: `NAME_FILE` names the file. Any other variable that begins with `BAILIWICK_` stops the start, except those of the command line: `BAILIWICK_SERVER`, `BAILIWICK_TOKEN`, `BAILIWICK_CREDENTIAL`, `BAILIWICK_CREDENTIAL_FILE` and `BAILIWICK_HOME`. Durations are given as ISO 8601, such as `PT2M`; their defaults are shown in milliseconds.',
    table(['Variable', 'Default', 'Purpose'], rows),
  );
}

function costs() {
  const forms = [
    ['Any operation', prices.OPERATION],
    ['A mutation', prices.MUTATION],
    ['A byte of the body', prices.BYTE],
    ['Two characters of a document that was not valid lately; of one that was, nothing', prices.TOKEN],
    [
      'A field of Query; a page below another field; what a field loads, once for all objects together',
      prices.STATEMENT,
    ],
    ['An object', prices.OBJECT],
    ['A number or a text', prices.LEAF],
    [`A list of numbers or texts, as ${prices.VALUES} of them`, prices.LEAF * prices.VALUES],
    [`A part of ${[...prices.COMPUTED].join(', ')} and of introspection`, prices.MEMORY],
  ];
  const own = Object.entries(prices.PRICES).map(([coordinate, { each, once = 0, item = 0, size }]) => [
    code(coordinate),
    each,
    once,
    item,
    size ?? '',
  ]);
  const { counts, ...limits } = LIMITS;
  const bounds = [
    ['Characters of a document', limits.textLength],
    ['Tokens; of a stranger’s document', `${limits.tokens}; ${limits.anonymousTokens}`],
    ['Levels', limits.depth],
    ['Root fields of an operation', limits.rootFields],
    ['Aliases', limits.aliases],
    ['Fields and fragments, those of fragments wherever they are spread', limits.selections],
    [
      'Pairs of fields under one key, so many characters of arguments counting as one more; of a stranger’s document',
      `${limits.comparisons}, ${limits.charactersPerComparison}; ${limits.anonymousComparisons}`,
    ],
    ...Object.entries(counts).map(([name, count]) => [name[0].toUpperCase() + name.slice(1), count]),
    ['Characters of a text that is written out', limits.stringLength],
    ['Members of a list or an object that is written out', limits.literalSize],
    ['Bytes of a body; of a stranger’s or a subscription’s', `${BODY_MAX}; ${BODY_MAX_SMALL}`],
    ['Bytes of the body of an operation that takes content', BODY_MAX_LARGE],
    ['Values of a body', limits.jsonValues],
    ['Levels of a body', limits.jsonDepth],
  ];
  return page(
    'What operations may cost',
    `Each operation has a cost, known before it runs: microseconds of CPU that it may take at most, on one core of a small machine with the embedded database. One that could cost more than ${prices.COST_MAX} is refused with BAD_USER_INPUT, which names the dearest field, its price and the bound; ask for smaller pages, fewer fields or in several operations. What it costs is charged to its caller: BAILIWICK_COST_PER_SECOND_PER_PRINCIPAL is what each has, and RATE_LIMITED says when to come back. A body, and a document that the server does not know to be valid, is charged before it is read, whatever comes of it. \`npm run prove -- abuse\` measures what every field takes at its limit.`,
    '## Prices by form',
    'A list multiplies what is below it: a page by its `first`, another list by its size.',
    table(['What', 'Cost'], forms),
    '## Fields with a price of their own',
    'For each object that the field is asked of, once for all of them, for each object that it answers, and how many a list counts as that does not say so.',
    table(['Field', 'Each', 'Once', 'Item', 'Size'], own),
    '## Bounds of documents and bodies',
    'They are checked before a document is validated and before a body is parsed.',
    table(['Of what', 'At most'], bounds),
  );
}

function byDefault(form) {
  const { success, data } = form.safeParse(undefined);
  return success && (data ?? null) !== null ? code(data) : 'none';
}

function policies() {
  const sections = allPolicies()
    .list()
    .map(({ name, description, scopeTypes, scopes, operations, isForCredentials, isEssential }) => {
      const access = typeof scopeTypes === 'string' ? `Access: ${scopeTypes}.` : '';
      const rows = scopes.map((scope) => [
        scope.scope,
        code(scope.check),
        scope.boundary == null ? 'none' : code(scope.boundary),
      ]);
      return [
        `## ${code(name)}`,
        description,
        access,
        isForCredentials ? '' : 'No API credential passes it.',
        rows.length > 0 ? table(['Scope', 'Check', 'Boundary'], rows) : '',
        `Guards ${operations.map(code).join(', ')}.`,
        isEssential ? 'Essential: no override takes it from who administers the system.' : '',
      ]
        .filter((part) => part !== '')
        .join('\n\n');
    });
  return page(
    'Policies',
    'Each field of the API is guarded by one policy. A call is allowed where both the check and the boundary of the token’s scope are true. The language is described in [policy-language.md](policy-language.md).',
    'An API credential, and a token that was issued to one, passes no policy by which rights are gained or handed on; those say so below. One that lists policies passes these only, beside what is public, and a request in which any field is under another policy is refused whole: list also the policies by which things are read that others refer to, and that which reads what a mutation answers.',
    ...sections,
  );
}

function bearers() {
  const rows = Object.entries(BEARERS).map(([bearer, { prefix, hash, purpose }]) => [
    code(prefix),
    purpose,
    newBearer(bearer).length,
    `SHA-256 in ${hash}`,
  ]);
  return table(['Begins with', 'What it is', 'Characters', 'Kept as'], rows);
}

/** A page written by people, with generated parts between its marks. */
function written(name, parts) {
  const left = new Map(parts);
  const text = read(join(root, 'docs', name)).replaceAll(
    /^<!-- made: ([^>]+) -->$.*?^<!-- end -->$/gms,
    (_all, part) => {
      if (!left.has(part)) throw new Error(`docs/${name}: nothing is made for the mark ${part}, or it is there twice`);
      const made = left.get(part);
      left.delete(part);
      return `<!-- made: ${part} -->\n\n${made}\n\n<!-- end -->`;
    },
  );
  if (left.size > 0) throw new Error(`docs/${name} has no mark for ${[...left.keys()].join(', ')}`);
  return text;
}

const pages = {
  'errors.md': errors(),
  'configuration.md': configuration(),
  'costs.md': costs(),
  'policies.md': policies(),
  'secrets-and-tokens.md': written('secrets-and-tokens.md', [['bearer secrets', bearers()]]),
  'personas.md': written('personas.md', personaParts(allPolicies())),
};
const isCheck = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  const path = join(root, 'docs', name);
  if (!isCheck) writeFileSync(path, text);
  else if (read(path) !== text) {
    console.error(`docs/${name} differs from the code; run node scripts/generate-docs.mjs`);
    process.exitCode = 1;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
