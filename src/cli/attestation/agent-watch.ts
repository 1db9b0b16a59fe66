import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { type AgentState, WatchTrustDocument, type WatchTrustSubscription } from '../../generated/documents.js';
import { isTransient, messageOf } from '../common/errors.js';
import { PAGE, paint } from '../common/layout.js';
import { formatValue } from '../common/output.js';
import { openSession, type Session } from '../common/session.js';
import { follow } from '../common/stream.js';
import { toData } from '../common/table.js';
import { print, tell } from '../common/terminal.js';
import { parsePast } from '../common/times.js';
import { repeatable, verb } from '../common/verb.js';
import { AGENT_STATES } from './agent-states.js';
import { backoffMs } from './machine/backoff.js';

interface WatchOptions {
  readonly since?: string;
  readonly to?: readonly AgentState[];
}

/** Pause before reconnecting after the server ended the stream normally. */
const PAUSE_MS = 500;

export function registerAgentWatch(noun: Command): void {
  verb(noun, 'watch', 'print changes of trust as they happen', 'bailiwick agent watch --to FAILED --to STALE')
    .option(
      '--since <time>',
      'changes since this time, for example 2026-01-31T08:00:00Z or 1h; otherwise from now on',
      parsePast,
    )
    .addOption(repeatable('--to <state>', 'only changes to this state', Object.keys(AGENT_STATES)))
    .action(async (options: WatchOptions, self: Command) => {
      const stop = new AbortController();
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
      await watchTrust(await openSession(self), options, stop.signal);
    });
}

/**
 * Prints each change once, across lost connections, until the signal aborts.
 *
 * @throws CliError for an error that a retry would not fix.
 */
export async function watchTrust(session: Session, { since, to }: WatchOptions, signal: AbortSignal): Promise<void> {
  const connection = { ...session.connection, signal };
  let place: { readonly since?: string | undefined; readonly after?: string } = { since };
  // Without a cursor yet, a reconnect asks for changes since the server's first response.
  const begun = (date: string | null) => {
    if (date !== null && place.after === undefined) place = { since: place.since ?? new Date(date).toISOString() };
  };
  for (let failures = 0; !signal.aborted; ) {
    try {
      const changes = follow(connection, WatchTrustDocument, { ...place, filter: { to } }, { begun });
      for await (const { event } of changes) {
        failures = 0;
        if (event === null) continue;
        print(lineOf(session, event));
        place = { after: event.cursor };
      }
      await pause(PAUSE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error)) throw error;
      failures += 1;
      const ms = backoffMs(failures, Math.random());
      tell(`${messageOf(error)}; trying again in ${Math.ceil(ms / 1000)} s`);
      await pause(ms, signal);
    }
  }
}

function lineOf({ format, screen = PAGE }: Session, event: NonNullable<WatchTrustSubscription['event']>): string {
  if (format === 'json') return JSON.stringify(event);
  // A document for each change.
  if (format === 'yaml') return `---\n${toData(format, event)}`;
  const name = formatValue(event.agent?.name);
  if (format === 'name') return name;
  const state = (value: AgentState) => paint(formatValue(value), AGENT_STATES[value], screen);
  return `${formatValue(event.occurredAt)}  ${name}  ${state(event.from)} -> ${state(event.to)}`;
}

/** A stop ends the wait early, which is not an error. */
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {});
