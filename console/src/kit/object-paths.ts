/** Where the page of an object is, by its kind as the API names it; a new page adds its line. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  AGENT: ['agents'],
  ALLOWLIST: ['allowlists'],
  DOMAIN: ['domains'],
  GROUP: ['groups'],
  NODE: ['nodes'],
  POLICY_REVISION: ['policies', 'revisions'],
  PROJECT: ['projects'],
  ROLE: ['roles'],
  USER: ['users'],
};

/** The path to the page of an object; null for a kind without a page. */
export function objectPathOf(kind: string, id: string): readonly string[] | null {
  const path = PATHS[kind];
  return path ? [...path, id] : null;
}
