import { Buffer } from 'node:buffer';

/** The UTF-8 bytes of a quoted JSON string, or a sentence when it is wrong. */
export function unescapeJson(token: string): Buffer | string {
  let text: string;
  try {
    text = JSON.parse(token);
  } catch {
    return 'the string has an invalid escape';
  }
  const bytes = Buffer.from(text, 'utf8');
  // A lone surrogate has no UTF-8 form: it would silently become U+FFFD, which is another name.
  return bytes.toString('utf8', 0, bytes.length) === text ? bytes : 'the string has a lone surrogate';
}
