// Finds the errors that the sources make, by their text: calls of the functions of src/platform/errors.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { root } from './prepare.mjs';

const USER_ERRORS = {
  invalid: 'INVALID',
  alreadyExists: 'ALREADY_EXISTS',
  staleEtag: 'STALE_ETAG',
  inUse: 'IN_USE',
  limitReached: 'LIMIT_REACHED',
  requestIdReused: 'REQUEST_ID_REUSED',
  previewOutdated: 'PREVIEW_OUTDATED',
};
const REFUSALS = {
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'FORBIDDEN',
  wrongScope: 'FORBIDDEN',
  outlasting: 'FORBIDDEN',
  notFound: 'NOT_FOUND',
  badInput: 'BAD_USER_INPUT',
  beyond: 'BAD_USER_INPUT',
  invalidCursor: 'INVALID_CURSOR',
  eventsExpired: 'INVALID_CURSOR',
  rateLimited: 'RATE_LIMITED',
  unsupportedMediaType: 'UNSUPPORTED_MEDIA_TYPE',
  requestTimeout: 'REQUEST_TIMEOUT',
  unavailable: 'UNAVAILABLE',
};

const src = join(root, 'src');
const files = readdirSync(src, { recursive: true })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => /\.ts$/.test(file) && !/^(cli|generated)\/|^platform\/error|^db\/taken\.ts$/.test(file))
  .sort()
  .map((file) => ({ folder: posix.dirname(file), text: readFileSync(join(src, file), 'utf8') }));

/** Folders of src/ that contain a pattern. */
const foldersOf = (pattern) => [...new Set(files.filter(({ text }) => pattern.test(text)).map(({ folder }) => folder))];

/** For the code of each top-level error, the folders that refuse with it. */
export function refusalFolders() {
  const found = new Map();
  for (const code of new Set([...Object.values(REFUSALS), 'INTERNAL_SERVER_ERROR'])) {
    const makers = Object.keys(REFUSALS).filter((name) => REFUSALS[name] === code);
    const calls = makers.map((name) => `(?<!\\.|function )\\b${name}\\(`);
    found.set(code, foldersOf(new RegExp([...calls, `Refusal\\('${code}'`, `code: '${code}'`].join('|'))));
  }
  return found;
}

/** The folders that name a reason, or call its function. */
export function reasonFolders(reason) {
  const maker = { WRONG_SCOPE: 'wrongScope', OUTLASTS_GIVER: 'outlasting', EVENTS_EXPIRED: 'eventsExpired' }[reason];
  return foldersOf(maker ? new RegExp(`\\b${maker}\\(`) : new RegExp(`'${reason}'`));
}

/** Every user error in the sources: its code, sentence, field, and folder. */
export function userErrors() {
  const found = files.flatMap(({ folder, text }) =>
    [...callsIn(text), ...takenIn(text), ...factsIn(text)].map((one) => ({ ...one, folder })),
  );
  const unique = new Map(found.map((one) => [JSON.stringify(one), one]));
  return [...unique.values()];
}

// Methods of the same names are not calls: a type follows them.
const CALL = new RegExp(`(?<![.\\w])(${Object.keys(USER_ERRORS).join('|')})\\((?!\\): )`, 'g');

function* callsIn(text) {
  for (const { 0: call, 1: maker, index } of text.matchAll(CALL)) {
    const [message, ...path] = argumentsAt(text, index + call.length);
    yield { code: USER_ERRORS[maker], message: sentenceOf(message), field: fieldOf(path) };
  }
}

/** Errors declared beside tables, for values that another row has. */
function* takenIn(text) {
  for (const { 1: field, 2: what } of text.matchAll(/_key: \{ field: '(\w+)', what: '([^']+)' \}/g))
    yield { code: 'ALREADY_EXISTS', message: `${what} … exists.`, field };
}

/** Facts whose message is composed at run time. */
function* factsIn(text) {
  for (const { 1: code } of text.matchAll(/\{ code: '([A-Z_]+)', (?:name, )?message\b/g))
    if (Object.values(USER_ERRORS).includes(code)) yield { code, message: null, field: '' };
}

/** The source texts of a call's arguments, from after its parenthesis. */
function argumentsAt(text, start) {
  const parts = [];
  let [begun, at] = [start, start];
  for (; text[at] !== ')'; at = endOf(text, at)) {
    if (text[at] !== ',') continue;
    parts.push(text.slice(begun, at));
    begun = at + 1;
  }
  return [...parts, text.slice(begun, at)].map((part) => part.trim()).filter((part) => part !== '');
}

const CLOSING = { '(': ')', '[': ']', '{': '}' };

/** The end of the string, the bracketed text or the single character at a place. */
function endOf(text, at) {
  if (at >= text.length) throw new Error('a call does not end');
  const char = text[at];
  if (char === "'" || char === '`') return endOfText(text, at);
  const closing = CLOSING[char];
  if (closing === undefined) return at + 1;
  let inside = at + 1;
  while (text[inside] !== closing) inside = endOf(text, inside);
  return inside + 1;
}

function endOfText(text, start) {
  const quote = text[start];
  let at = start + 1;
  while (text[at] !== quote) {
    if (quote === '`' && text.startsWith('${', at)) at = endOf(text, at + 1);
    else at += text[at] === '\\' ? 2 : 1;
    if (at >= text.length) throw new Error('a text does not end');
  }
  return at + 1;
}

/** The sentence of a first argument; undefined for the default one, null for one that is composed elsewhere. */
function sentenceOf(argument) {
  if (argument === undefined || argument === 'undefined') return undefined;
  if (argument.startsWith("'")) return argument.slice(1, -1);
  if (!argument.startsWith('`')) return null;
  let shown = '';
  for (let at = 1; at < argument.length - 1; ) {
    const isHole = argument.startsWith('${', at);
    shown += isHole ? '…' : argument[at];
    at = isHole ? endOf(argument, at + 1) : at + 1;
  }
  return shown;
}

const fieldOf = (path) => path.map((part) => (/^'\w+'$/.test(part) ? part.slice(1, -1) : '…')).join('.');
