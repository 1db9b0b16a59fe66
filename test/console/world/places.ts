import { readFileSync } from 'node:fs';
import { NOUNS, type Noun } from '../../../console/src/shell/nouns.js';
import { allPolicies } from '../../../src/app.js';
import { DOORS } from '../../contract/personas/fixtures.js';

const policies = allPolicies();

/** A place of the navigation, and what the persona matrix calls what is in its list. */
export interface Place {
  readonly noun: Noun;
  readonly path: string;
  /** Null for a place of everybody's, which has no list. */
  readonly type: string | null;
  /** Whether each thing of the list has a page. */
  readonly hasDetails: boolean;
}

const router = readFileSync(new URL('../../../console/src/router.tsx', import.meta.url), 'utf8');
/** The addresses behind a scope, as the router has them. */
export const ROUTES: readonly string[] = [...router.matchAll(/\bpath: '([^'/][^']*)'/g)].map(([, path = '']) => path);

/** What a list is of: the type whose query is decided by the policy that the navigation looks at. */
function typeOf({ title, policy, path }: Noun): string | null {
  if (policy === null) return null;
  const lists = Object.entries(DOORS).flatMap(([type, { list }]) => (list ? [{ type, name: list.name }] : []));
  const found = lists.filter(({ name }) => policies.policyFor(`Query.${name}`)?.name === policy);
  const called = (path.at(-1) ?? '').replaceAll('-', '').toLowerCase();
  const best = found.find(({ name }) => name.toLowerCase() === called) ?? found[0];
  if (!best) throw new Error(`The place ${title} has the policy ${policy}, by which no list is decided.`);
  return best.type;
}

export const PLACES: readonly Place[] = NOUNS.map((noun) => {
  const path = noun.path.join('/');
  const type = typeOf(noun);
  return {
    noun,
    path,
    type,
    hasDetails:
      type !== null &&
      ROUTES.some((route) => /^\$\w+$/.test(route.slice(path.length + 1)) && route.startsWith(`${path}/`)),
  };
});
