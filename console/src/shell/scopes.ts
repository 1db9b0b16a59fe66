import { clientOf } from '../api/client.js';
import type { Scope } from '../api/scope.js';
import { ViewerScopesDocument, type ViewerScopesQuery } from '../generated/documents.js';
import { type Choices, choiceOf, NONE } from './choice.js';

/**
 * The scopes that the viewer may choose, the widest first, as many as a list shows; by the beginning of a name those
 * that have it. Null where the server did not say.
 */
export async function choicesOf(nameStartsWith = ''): Promise<Choices | null> {
  const asked = clientOf('unscoped').query(
    ViewerScopesDocument.toString(),
    { nameStartsWith },
    { requestPolicy: 'network-only' },
  );
  const scopes = ((await asked.toPromise()).data as ViewerScopesQuery | undefined)?.viewer?.scopes;
  if (!scopes) return null;
  const choices = scopes.nodes.map(choiceOf).filter((one) => one !== null);
  return { choices: nameStartsWith === '' ? [...choices, NONE] : choices, hasMore: scopes.pageInfo.hasNextPage };
}

const KEY = 'bailiwick.scope';

/** The scope that this browser showed last. */
export const lastScope = (): string | null => localStorage.getItem(KEY);
export const rememberScope = (scope: Scope): void => localStorage.setItem(KEY, scope);
