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

const isDecidedBy = (policy: string, query: string) => policies.policyFor(`Query.${query}`)?.name === policy;

/** What a place is about: the type whose query is decided by the policy that the navigation looks at, a list before others. */
function typeOf({ title, policy, path }: Noun): string | null {
  if (policy === null) return null;
  const called = (path.at(-1) ?? '').replaceAll('-', '').toLowerCase();
  const doors = Object.entries(DOORS).flatMap(([type, { list, byId }]) => [
    { type, name: list?.name ?? '', rank: list?.name.toLowerCase() === called ? 0 : 1 },
    { type, name: byId?.name ?? '', rank: 2 },
  ]);
  const [best] = doors.filter(({ name }) => isDecidedBy(policy, name)).sort((one, other) => one.rank - other.rank);
  if (!best) throw new Error(`The place ${title} has the policy ${policy}, by which nothing of the matrix is decided.`);
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

/** Further pages that are about no one thing. */
export const FURTHER: readonly string[] = ROUTES.filter(
  (route) => !route.includes('$') && !PLACES.some(({ path }) => path === route),
);
