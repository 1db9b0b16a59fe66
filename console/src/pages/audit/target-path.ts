import type { AUDIT_TARGET_TYPES } from './words.js';

type TargetType = (typeof AUDIT_TARGET_TYPES)[number];

/** Where the pages of objects are; the log outlives objects, so a page can say that nothing is there. */
const PATHS: { readonly [Type in TargetType]?: readonly string[] } = {
  AGENT: ['agents'],
  PROJECT: ['projects'],
  POLICY_REVISION: ['policies', 'revisions'],
};

/** The path to the page of an object; null where it has none. */
export function targetPathOf(type: TargetType, id: string): readonly string[] | null {
  const path = PATHS[type];
  return path ? [...path, id] : null;
}
