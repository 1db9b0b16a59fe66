// Writes the pages of docs/, and parts of pages, that are made from code; with --check it writes nothing and fails where
// a page differs.
// Needs a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allPolicies } from '../dist/app.js';
import { FAILURES } from '../dist/attestation/verifier/failures.js';
import { SETTINGS } from '../dist/settings.js';
import { personaParts } from './persona-tables.mjs';
import { root } from './prepare.mjs';

const NOTE = '<!-- Made by scripts/generate-docs.mjs; do not edit. -->';
const cell = (text) => String(text).replaceAll('|', '\\|');
const code = (text) => `\`${text}\``;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const page = (title, ...parts) => `${[`# ${title}`, NOTE, ...parts].join('\n\n')}\n`;

function errors() {
  const rows = Object.entries(FAILURES).map(([name, kind]) => [
    code(name),
    kind.class,
    kind.severity,
    kind.description,
  ]);
  return page(
    'Attestation failures',
    'What a verification can find. A PROTOCOL failure says nothing about the machine and leaves its state as it is. INTEGRITY means that the evidence is not what it claims to be. POLICY means that it is, and is not allowed. A warning alone rejects nothing.',
    table(['Code', 'Class', 'Severity', 'Meaning'], rows),
  );
}

function configuration() {
  const rows = Object.entries(SETTINGS).map(([name, [form, purpose]]) => [code(name), byDefault(form), purpose]);
  return page(
    'Configuration',
    'The server reads its settings from the environment. Any setting may stand in a file instead: `NAME_FILE` names the file. Any other variable that begins with `BAILIWICK_` stops the start, except those of the command line: `BAILIWICK_SERVER`, `BAILIWICK_TOKEN`, `BAILIWICK_CREDENTIAL`, `BAILIWICK_CREDENTIAL_FILE` and `BAILIWICK_HOME`. Durations are given as ISO 8601, such as `PT2M`; their defaults are shown in milliseconds.',
    table(['Variable', 'Default', 'Purpose'], rows),
  );
}

function byDefault(form) {
  const { success, data } = form.safeParse(undefined);
  return success && data !== undefined ? code(data) : 'none';
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

/** A page that people wrote, with what is made between its marks. */
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
  'policies.md': policies(),
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
