import { beyond } from '../../platform/errors.js';
import { LIMITS } from './operation-limits.js';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
/** How brackets and braces change the depth. */
const STEPS: Readonly<Record<number, number>> = { 91: 1, 123: 1, 93: -1, 125: -1 };
/** The longest key that is compared; a longer text is a value. */
const KEY_BYTES_MAX = 32;

/**
 * Bounds how many values a JSON text has and how deep they are before it is parsed: in time and memory they cost many
 * times their bytes. Does not check whether it is JSON.
 * @throws Refusal BAD_USER_INPUT.
 */
export function requireBoundedJson(text: Buffer): void {
  let [values, depth] = [0, 0];
  for (const { byte } of marksOf(text)) {
    const step = STEPS[byte] ?? 0;
    depth += step;
    if (step > 0 || byte === COMMA) values += 1;
    if (depth > LIMITS.jsonDepth) throw beyond('body', `The body is more than ${LIMITS.jsonDepth} levels deep.`);
    if (values > LIMITS.jsonValues) throw beyond('body', `The body has more than ${LIMITS.jsonValues} values.`);
  }
}

/** The text at the key `query` of a JSON object with this beginning; undefined when the beginning lacks it. */
export function queryIn(beginning: Buffer): string | undefined {
  let depth = 0;
  let key: string | undefined;
  for (const { byte, at, end } of marksOf(beginning)) {
    depth += STEPS[byte] ?? 0;
    if (depth !== 1) continue;
    if (byte === COMMA) key = undefined;
    if (byte !== QUOTE) continue;
    const isWanted = key === 'query';
    if (!isWanted && end - at > KEY_BYTES_MAX) continue;
    const text = textOf(beginning.subarray(at, end));
    if (isWanted) return text;
    key = text;
  }
  return undefined;
}

interface Mark {
  readonly byte: number;
  readonly at: number;
  readonly end: number;
}

/** Brackets, braces, commas and complete texts, in order. */
function* marksOf(text: Buffer): Generator<Mark> {
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] as number;
    if (byte === QUOTE) {
      const end = endOf(text, at);
      if (end > text.length) return;
      yield { byte, at, end };
      at = end - 1;
    } else if (byte === COMMA || STEPS[byte] !== undefined) yield { byte, at, end: at + 1 };
  }
}

/** Where the text ends that begins at a quote; past the end of the buffer when it does not end. */
function endOf(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function textOf(json: Buffer): string | undefined {
  try {
    return JSON.parse(json.toString('utf8'));
  } catch {
    return undefined;
  }
}
