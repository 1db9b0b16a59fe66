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
    'Every error that the API returns, and the folders of `src/` that it comes from. Programs decide by codes and reasons; the sentences are for people and may change.',
    '## Top-level errors',
    'They are in `errors` of the response, with `extensions.code` and `extensions.requestId`. The status is the HTTP status when the server refuses the whole request. When only some fields of an operation have errors, the HTTP status is 200.',
    table(['Code', 'Status', 'Meaning', 'From'], codes),
    '## Reasons',
    '`extensions.reason` is more exact than the code, where a program can do something about it.',
    table(['Reason', 'Of', 'Meaning', 'From'], reasons),
    '## User errors',
    'Mistakes that the caller of a mutation can correct are in `userErrors` of its payload, with the path of the input field. In this list, `…` is a name or a number, and an empty field means the whole input.',
    ...USER_ERROR_CODES.flatMap((name) => [`### ${code(name)}`, ...userErrorTable(name)]),
    '## Attestation failures',
    'What the verification of evidence can find. PROTOCOL: the protocol was not followed; this says nothing about the machine, and the agent keeps its state. INTEGRITY: the evidence is not what it claims to be. POLICY: the evidence is genuine, and shows something that is not allowed. Warnings alone do not reject evidence.',
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
      message === undefined ? sentence : (message ?? '(describes what is wrong)'),
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
    'The server reads its settings from the environment. You can put the value of any setting into a file: `NAME_FILE` names the file, for example `BAILIWICK_METRICS_TOKEN_FILE`. Any other variable that begins with `BAILIWICK_` stops the start, except those of the command line: `BAILIWICK_SERVER`, `BAILIWICK_TOKEN`, `BAILIWICK_CREDENTIAL`, `BAILIWICK_CREDENTIAL_FILE` and `BAILIWICK_HOME`. Write durations as ISO 8601, for example `PT2M` for two minutes; this table shows their defaults in milliseconds.',
    table(['Variable', 'Default', 'Purpose'], rows),
  );
}

function costs() {
  const forms = [
    ['Any operation', prices.OPERATION],
    ['A mutation', prices.MUTATION],
    ['A byte of the body', prices.BYTE],
    ['Two characters of a document that the server did not check lately; otherwise nothing', prices.TOKEN],
    [
      'A field of Query; a page below another field; a field that loads other objects, once for all objects of a list together',
      prices.STATEMENT,
    ],
    ['The `totalCount` of a page', prices.COUNT],
    ['An object', prices.OBJECT],
    ['A number or a text', prices.LEAF],
    [`A list of numbers or texts, as ${prices.VALUES} of them`, prices.LEAF * prices.VALUES],
    [`A part of ${[...prices.COMPUTED].join(', ')} and of introspection`, prices.MEMORY],
  ];
  const own = [['*.viewerCan', prices.VIEWER_CAN], ...Object.entries(prices.PRICES)].map(
    ([coordinate, { each, once = 0, item = 0, size }]) => [code(coordinate), each, once, item, size ?? ''],
  );
  const { counts, ...limits } = LIMITS;
  const bounds = [
    ['Characters of a document', limits.textLength],
    [
      'Tokens; of a document from a caller without a token or API credential',
      `${limits.tokens}; ${limits.anonymousTokens}`,
    ],
    ['Levels', limits.depth],
    ['Root fields of an operation', limits.rootFields],
    ['Aliases', limits.aliases],
    ['Fields and fragments; a fragment counts at each place where it is spread', limits.selections],
    [
      'Pairs of fields with the same key in the response, and characters of arguments that count as one more pair; pairs in a document from a caller without a token or API credential',
      `${limits.comparisons}, ${limits.charactersPerComparison}; ${limits.anonymousComparisons}`,
    ],
    ...Object.entries(counts).map(([name, count]) => [name[0].toUpperCase() + name.slice(1), count]),
    ['Characters of a string in the document', limits.stringLength],
    ['Members of a list or an object in the document', limits.literalSize],
    [
      'Bytes of a body; of a subscription, or from a caller without a token or API credential',
      `${BODY_MAX}; ${BODY_MAX_SMALL}`,
    ],
    ['Bytes of the body of a mutation that carries content', BODY_MAX_LARGE],
    ['Values of a body', limits.jsonValues],
    ['Levels of a body', limits.jsonDepth],
  ];
  return page(
    'What operations may cost',
    `The server computes the cost of each operation before it runs it. The cost is the most CPU time that the operation can take, in microseconds, on one core of a small machine with the embedded database. The server refuses an operation that could cost more than ${prices.COST_MAX} with BAD_USER_INPUT. The error names the most expensive field, its price and the limit: ask for smaller pages or fewer fields, or send several operations. Each caller has an allowance of BAILIWICK_COST_PER_SECOND_PER_PRINCIPAL; when it is used up, RATE_LIMITED says when to try again. The caller also pays for a body, and for a document that the server has not seen before, even if it is refused. \`npm run prove -- abuse\` measures every field at its limit.`,
    '## Prices by form',
    'A list multiplies the cost of everything below it: a page by its `first`, any other list by its size.',
    table(['What', 'Cost'], forms),
    '## Fields with a price of their own',
    'Each: for each object that has the field. Once: for all these objects together. Item: for each object that the field returns. Size: for how many items a list counts that has no `first`.',
    table(['Field', 'Each', 'Once', 'Item', 'Size'], own),
    '## Bounds of documents and bodies',
    'The server checks these limits before it validates a document and before it parses a body.',
    table(['Of what', 'At most'], bounds),
  );
}

function byDefault(form) {
  const { success, data } = form.safeParse(undefined);
  return success && (data ?? null) !== null ? code(data) : 'none';
}

const ACCESS = {
  public: 'For everybody, also for anonymous callers.',
  authenticated: 'For every user and agent, whatever the scope of the token.',
};

function policies() {
  const sections = allPolicies()
    .list()
    .map(({ name, description, scopeTypes, scopes, operations, isForCredentials, isEssential }) => {
      const access = ACCESS[scopeTypes] ?? '';
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
        isEssential ? 'Essential: every override must still allow administrators of the system.' : '',
      ]
        .filter((part) => part !== '')
        .join('\n\n');
    });
  return page(
    'Policies',
    'Each field of the API is guarded by one policy. A call is allowed when both the check and the boundary for the token’s scope are true. The check says which roles the caller needs; the boundary ties the object to the token’s scope. [policy-language.md](policy-language.md) describes the language.',
    'An API credential, and a token that was issued to one, never passes a policy by which somebody gains rights or passes them on; such policies say so below. An API credential that lists policies passes only these and the public ones. The server refuses a whole request if one of its fields needs another policy. So also list the policies for reading nested objects, and for reading the objects that a mutation returns.',
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
  return table(['Begins with', 'What it is', 'Characters', 'Stored as'], rows);
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
