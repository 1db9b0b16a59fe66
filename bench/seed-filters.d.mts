import type { Sql } from './seed-fleet.mjs';

interface Entries {
  readonly entries: number;
  readonly domain: string;
  readonly project: string;
  /** The project of some of them. */
  readonly rarely: string;
  /** One in so many is rare. */
  readonly oneIn?: number;
}

export function seedEntries(sql: Sql, entries: Entries): Promise<Date>;
