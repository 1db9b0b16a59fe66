import { and, eq, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Sweep } from '../../authority/index.js';
import { removeSome } from '../../db/remove-some.js';
import { tokens } from './tables.js';

const SWEPT_AT_ONCE = 500;
const children = alias(tokens, 'children');

/** Removes a token after those that were issued from it, which refer to it. A revoked token stays until it expires. */
export const tokenSweep: Sweep = {
  name: 'tokens',
  removes: [tokens],
  removeSome: ({ db, clock, settings }) => {
    const before = new Date(clock.now().getTime() - settings.tokenRetentionMs);
    const issued = db.select({ one: sql`1` }).from(children).where(eq(children.parentId, tokens.id));
    return removeSome(db, tokens.id, and(lte(tokens.expiresAt, before), notExists(issued)), SWEPT_AT_ONCE);
  },
};
