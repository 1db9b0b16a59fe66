import type { Sql } from './seed-fleet.mjs';

export function idOf(prefix: string): (n: string) => string;
export function seedNodes(sql: Sql, options: { readonly nodes: number }): Promise<{ readonly project: string }>;
