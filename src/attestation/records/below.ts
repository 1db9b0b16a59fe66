import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Context, couldDo, defineLoaderOf } from '../../authority/index.js';
import { isBehind, partById } from '../../db/by-id.js';
import { countUpTo } from '../../db/counted.js';
import { OBJECT_ID, rowsBelow } from '../../db/rows-below.js';
import { agentGet, agents } from '../../identity/agents/index.js';
import { type Connection, connection, type PageArgs, pageRequest } from '../../platform/pagination.js';
import { clause, every } from '../../platform/sql/clause.js';
import { isoOf } from '../../platform/time-text.js';
import { type AgentShape, readerOf } from './fields.js';
import { agentsStatement, boundAgents, everyAgent, type Source } from './page.js';
import { attestationRecords as records } from './tables.js';

/** What agents belong to: the column that names it, and where its agents are read from for a caller. */
interface Owner {
  readonly column: PgColumn;
  readonly source: (context: Context) => Source;
}

type Page = Connection<AgentShape>;
type Row = Record<string, unknown>;
type PageOf = (context: Context, id: string, args: PageArgs, fields: ReadonlySet<string>) => Promise<Page | null>;

export const agentsOfAllowlist = agentsOf({ column: records.allowlistId, source: boundAgents });
export const agentsOfProject = agentsOf({ column: agents.projectId, source: () => everyAgent });

/** Pages of the agents of some objects, in one statement; null for a caller who may read no agents at all. */
function agentsOf(owner: Owner): PageOf {
  const load = defineLoaderOf(async (context, ids, { fields, ...args }: PageArgs & { fields: readonly string[] }) => {
    const page = pageRequest(args);
    const now = isoOf(context.clock.now());
    const reader = readerOf(new Set(fields));
    const visible = visibleTo(context);
    const { column } = owner;
    const source = owner.source(context);
    const ofRecords = source.ofRecord === null ? undefined : isBehind(source.ofRecord, page);
    const wanted = { visible, also: [clause`${column} = ${OBJECT_ID}`, ofRecords] };
    const some = { source, wanted, part: partById(agents.id, page) };
    const found = await rowsBelow<Row, string>(context.db, ids, agentsStatement(reader.columns, some));
    const pageOf = (id: string, rows: readonly Row[]): Page =>
      connection(
        rows.map((row) => reader.read(row, now)),
        page,
        (agent) => [agent.id],
        () => countUpTo(context.db, source.from, every([clause`${column} = ${id}`, visible.clause])),
      );
    return new Map([...found].map(([id, rows]) => [id, pageOf(id, rows)]));
  });
  return async (context, id, args, fields) => {
    // Arguments are checked whoever asks.
    pageRequest(args);
    if (!couldDo(context, agentGet.name)) return null;
    return load(context, { first: args.first, after: args.after, fields: [...fields] }).load(id);
  };
}

const visibleTo = ({ policies, actor }: Context) => policies.visible([agentGet], actor, agents);
