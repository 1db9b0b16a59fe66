import type { Command } from 'commander';
import { LIST_AUDIT_ENTRIES } from '../documents/audit.js';
import type { Column } from '../output.js';
import { listAll } from '../paging.js';
import { openSession, printList } from '../session.js';
import { collect, parseCount, verb } from '../verb.js';

const COLUMNS: readonly Column[] = [
  ['WHEN', 'occurredAt'],
  ['OUTCOME', 'outcome'],
  ['ACTION', 'action'],
  ['ACTOR', 'actor.name'],
  ['TARGET', 'targetId'],
  ['POLICY', 'policy'],
  ['REQUEST', 'requestId'],
];

interface ListOptions {
  readonly action?: string[];
  readonly outcome?: string[];
  readonly target?: string[];
  readonly actor?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

export function registerAudit(noun: Command): void {
  verb(noun, 'list', 'list audit entries, newest first', 'bailiwick audit list --outcome DENIED --limit 20')
    .option('--action <noun.verb>', 'what was done; may be repeated', collect)
    .option('--outcome <outcome>', 'ALLOWED, DENIED or FAILED; may be repeated', collect)
    .option('--target <id>', 'to what it was done; may be repeated', collect)
    .option('--actor <id>', 'who did it; may be repeated', collect)
    .option('--since <time>', 'from this time on, RFC 3339')
    .option('--until <time>', 'before this time, RFC 3339')
    .option('--limit <n>', 'how many at most', parseCount, 50)
    .action(async ({ action, outcome, target, actor, since, until, limit }: ListOptions, self: Command) => {
      const session = await openSession(self);
      const filter = { actions: action, outcomes: outcome, targetIds: target, actorIds: actor, since, until };
      printList(session, await listAll(session, LIST_AUDIT_ENTRIES, { filter }, limit), COLUMNS);
    });
}
