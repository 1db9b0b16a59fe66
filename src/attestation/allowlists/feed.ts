import { inArray } from 'drizzle-orm';
import { byId, type Feed, mayOn, related } from '../../authority/index.js';
import { amongThese, type Values } from '../../db/among.js';
import { rowsWhere } from '../../db/rows.js';
import { toId } from '../../platform/ids.js';
import { allowlistGet, type RelatedAllowlist } from './policies.js';
import { type AllowlistRow, allowlists } from './tables.js';

export const ALLOWLIST_PUBLISHED = 'allowlist.published';

interface Watch {
  readonly filter?: { readonly allowlistIds?: Values } | null | undefined;
}

/** Newly published revisions of the lists that the caller may read. */
export const allowlistFeed: Feed<AllowlistRow, Watch, RelatedAllowlist> = {
  type: ALLOWLIST_PUBLISHED,
  objects: async (db, ids) => {
    const lists = ids.map((id) => toId('Allowlist', id));
    return byId(await rowsWhere(db, allowlists, inArray(allowlists.id, lists)));
  },
  asksFor: ({ filter }) => filter?.allowlistIds,
  related: (db, authorization, lists) => related(db, authorization, [allowlistGet], lists),
  tells({ filter }) {
    const isAsked = amongThese(filter?.allowlistIds);
    return (authorization, _event, list) => isAsked(list.id) && mayOn(authorization, allowlistGet, list);
  },
};
