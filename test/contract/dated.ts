import { eq } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { shapeOf } from '../../src/attestation/records/fields.js';
import { attestationRecords } from '../../src/attestation/records/tables.js';
import type { Db } from '../../src/db/open.js';
import { agents } from '../../src/identity/agents/index.js';
import { allTables } from './tables.js';

type Dated = PgTable & { id: PgColumn; createdAt: PgColumn; updatedAt: PgColumn };

/** An object that says when it changed. */
interface DatedObject {
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** All of it that readers see, but that time. */
  readonly seen: string;
}

/** What no reader of an object sees. */
const HIDDEN = new Set(['updatedAt', 'passwordHash']);

const seenOf = (object: object): string =>
  JSON.stringify(Object.entries(object).filter(([field]) => !HIDDEN.has(field)));

/** The tables of the objects that say when they changed. */
export const datedTables = (await allTables()).filter(
  (table): table is Dated => 'id' in table && 'createdAt' in table && 'updatedAt' in table,
);

/** All objects that say when they changed, by their ids. */
export async function datedObjects(db: Db): Promise<ReadonlyMap<string, DatedObject>> {
  const objects = new Map<string, DatedObject>();
  for (const table of datedTables) {
    for (const row of table === (agents as PgTable) ? await shownAgents(db) : await db.select().from(table)) {
      const { id, createdAt, updatedAt } = row as unknown as {
        id: string;
        createdAt: Date | string;
        updatedAt: Date | string;
      };
      objects.set(id, { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt), seen: seenOf(row) });
    }
  }
  return objects;
}

/** An agent is two rows, and the API shows a part of them. */
async function shownAgents(db: Db): Promise<object[]> {
  const isSame = eq(attestationRecords.agentId, agents.id);
  const rows = await db.select().from(agents).leftJoin(attestationRecords, isSame);
  const always = new Date(0);
  return rows.map(({ agents: agent, attestation_records: record }) => shapeOf({ agent, record }, always));
}

export interface Moves {
  /** The objects whose readers see a change, made ones aside. */
  readonly changed: readonly string[];
  /** Those whose `updatedAt` moved. */
  readonly moved: readonly string[];
  /** The times to which it moved, and those of what was made. */
  readonly times: readonly Date[];
}

type Objects = ReadonlyMap<string, DatedObject>;

export function movesBetween(before: Objects, after: Objects): Moves {
  const both = [...after].flatMap(([id, now]) => {
    const then = before.get(id);
    return then === undefined ? [] : [{ id, then, now }];
  });
  const made = [...after]
    .filter(([id]) => !before.has(id))
    .flatMap(([, { createdAt, updatedAt }]) => [createdAt, updatedAt]);
  const moved = both.filter(({ then, now }) => then.updatedAt.getTime() !== now.updatedAt.getTime());
  return {
    changed: both.filter(({ then, now }) => then.seen !== now.seen).map(({ id }) => id),
    moved: moved.map(({ id }) => id),
    times: [...moved.map(({ now }) => now.updatedAt), ...made],
  };
}

export const nameOf = (table: PgTable) => getTableConfig(table).name;
