/** An object as the API returned it. */
export type Row = Readonly<Record<string, unknown>>;

export function valueAt(row: Row, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isRow(value) ? value[name] : undefined), row);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/** A value in a form for people. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(formatValue).join(', ');
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Names and paths come from others: escapes control characters, so that they cannot control the reader's terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** JSON for people and programs: also escapes the characters that could control a terminal, in JSON's own way. */
export function toJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    character.split('').map(escaped).join(''),
  );
}
