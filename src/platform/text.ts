import { invalid } from './errors.js';

// Control characters, line separators, and what is invisible or reorders text: a name must look like what it is.
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Whether a text has control characters, or characters that nobody sees. */
export const hasUnseen = (text: string): boolean => UNSEEN.test(text);

/** Whether Postgres holds a text as it is: it refuses NUL, and half a surrogate pair becomes U+FFFD on the way to it. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** A name as it is stored: 1 to 255 characters, none invisible, no space at either end. */
export function validName(name: string, ...path: string[]): string {
  if (name.length < 1 || name.length > 255) throw invalid('A name must have 1 to 255 characters.', ...path);
  if (hasUnseen(name) || name.trim() !== name) {
    throw invalid('A name must not contain control or invisible characters, or begin or end with a space.', ...path);
  }
  return name;
}

/** A free text as it is stored: at most 4,096 characters; null when absent or empty. */
export function validText(text: string | null | undefined, ...path: string[]): string | null {
  if (text == null || text === '') return null;
  if (text.length > 4096) throw invalid('A text must have at most 4096 characters.', ...path);
  if (!isStorable(text)) throw invalid('A text must not contain NUL or broken surrogates.', ...path);
  return text;
}

interface Described {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

/** The fields to which a change gives another value than a row has. */
export function changedFields<Row extends object>(row: Row, changes: Partial<Row>): string[] {
  return Object.keys(changes).filter((field) => changes[field as keyof Row] !== row[field as keyof Row]);
}

/** Whether a row already has all the values of a change. */
export const changesNothing = <Row extends object>(row: Row, changes: Partial<Row>): boolean =>
  changedFields(row, changes).length === 0;

/** What an input changes in a name and a description: absent ones stay, and null clears a description. */
export function validChanges({ name, description }: Described): { name?: string; description?: string | null } {
  return {
    ...(name !== undefined && { name: validName(name ?? '', 'name') }),
    ...(description !== undefined && { description: validText(description, 'description') }),
  };
}
