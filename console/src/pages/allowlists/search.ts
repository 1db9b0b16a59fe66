import { defineSearch } from '../../kit/search.js';

export const allowlistSearch = defineSearch({ nameStartsWith: 'text' }, ['CREATED_AT', 'NAME']);

const numberIn = (value: unknown): number | undefined => {
  const text = String(value ?? '');
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
};

/** Which two revisions are compared, by their numbers. */
export const compareSearch = (search: Readonly<Record<string, unknown>>) => ({
  from: numberIn(search.from),
  to: numberIn(search.to),
});

/** What a new revision begins with: another revision, and the files that a result is about. */
export const publishSearch = ({ revision, result }: Readonly<Record<string, unknown>>) => ({
  revision: numberIn(revision),
  result: typeof result === 'string' && /^[\w-]{1,64}$/.test(result) ? result : undefined,
});
