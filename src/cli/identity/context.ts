import type { Command } from 'commander';
import { type Credentials, getContext, isAlive, tokenOf, withCurrent } from '../common/contexts.js';
import { readCredentials, writeCredentials } from '../common/credentials-file.js';
import { readEnvironment } from '../common/environment.js';
import { CliError, EXIT } from '../common/errors.js';
import { note, openNamed, printList, printObject } from '../common/session.js';
import type { Table } from '../common/table.js';
import { verb } from '../common/verb.js';
import { viewOf, withColumns } from '../common/view.js';
import { forget, leave } from './logout.js';

/** What people and programs see of a context: no token. */
interface Shown {
  readonly [key: string]: unknown;
  readonly name: string;
  readonly isCurrent: boolean;
  readonly server: string;
  readonly user: string;
  readonly scope: string | null;
  readonly expiresAt: string | null;
  readonly caFile: string | null;
}

const CONTEXT: Table<Shown> = {
  plural: 'contexts',
  columns: [
    ['In use', 'isCurrent'],
    ['Name', 'name'],
    ['Scope', 'scope'],
    ['Expires', 'expiresAt'],
  ],
  wide: [
    ['Server', 'server'],
    ['User', 'user'],
    ['Domain', 'domain'],
    ['State', 'state'],
    ['CA file', 'caFile'],
  ],
};

export function registerContext(noun: Command): void {
  const list = verb(noun, 'list', 'list the stored log-ins', 'bailiwick context list');
  withColumns(list, CONTEXT).action(async (_options: object, self: Command) => {
    const credentials = await readCredentials(readEnvironment().home);
    printList(
      viewOf(self),
      Object.keys(credentials.contexts).map((name) => shownOf(credentials, name)),
      CONTEXT,
    );
  });
  const show = verb(noun, 'show [name]', 'show one log-in, by default the one in use', 'bailiwick context show');
  withColumns(show, CONTEXT).action(async (name: string | undefined, _options: object, self: Command) => {
    const credentials = await readCredentials(readEnvironment().home);
    const chosen = name ?? credentials.current;
    if (chosen === null) throw new CliError('no context is in use', EXIT.notFound, 'bailiwick context use NAME');
    printObject(viewOf(self), shownOf(credentials, chosen), CONTEXT);
  });
  verb(noun, 'use <name>', 'use a log-in from now on', 'bailiwick context use admin@bailiwick.example.org').action(
    async (name: string, _options: object, self: Command) => {
      const { home } = readEnvironment();
      const credentials = withCurrent(await readCredentials(home), name);
      await writeCredentials(home, credentials);
      note(viewOf(self), `using ${name} on ${getContext(credentials, name).server}`);
    },
  );
  verb(
    noun,
    'delete <name>',
    'log out: revoke the tokens of a log-in, and forget it',
    'bailiwick context delete admin@bailiwick.example.org',
  )
    .option('--local', 'only forget it here, without asking the server')
    .action(async (name: string, { local = false }: { local?: boolean }, self: Command) => {
      const session = await openNamed(self, name);
      if (local) await forget(session, name);
      else await leave(session, name);
      note(session, `deleted context ${name}`);
    });
}

function shownOf(credentials: Credentials, name: string): Shown {
  const context = getContext(credentials, name);
  const { server, user, domain, scoped, caFile = null } = context;
  const kept = tokenOf(context);
  const isCurrent = credentials.current === name;
  const state = kept && isAlive(kept, Date.now()) ? 'valid' : 'expired';
  const expiresAt = kept?.expiresAt ?? null;
  return { name, isCurrent, server, user, domain, scope: scoped?.scope ?? null, expiresAt, state, caFile };
}
