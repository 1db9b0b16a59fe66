import { type Command, Option } from 'commander';
import type { Variables } from './client.js';
import { CliError, EXIT } from './errors.js';
import type { Column, Row } from './output.js';
import { note, openSession, printObject, type Session, send } from './session.js';
import { verb } from './verb.js';

/** What is shown, changed and deleted alike: the verbs of its noun. */
export interface Changeable {
  /** As the API calls it, in inputs and payloads. */
  readonly noun: 'domain' | 'project' | 'user' | 'group';
  readonly find: (session: Session, text: string) => Promise<Row>;
  readonly details: readonly Column[];
  readonly update: string;
  readonly remove: string;
  /** How one is named in examples. */
  readonly example: string;
  readonly isDescribed?: boolean;
  /** Whether the last administrator of the system may go with it. */
  readonly canEndAdministration?: boolean;
}

export interface ForceOptions {
  readonly force?: boolean;
  readonly reason?: string;
}

export function withForce(command: Command): Command {
  return command
    .addOption(new Option('--force', 'even if nobody administers the system after that; needs --reason'))
    .option('--reason <text>', 'why, for the audit log');
}

export const forcedInput = ({ force = false, reason }: ForceOptions) => ({ isForced: force, reason });

/** Adds `show`, `update` and `delete` to a noun. */
export function registerChanges(noun: Command, kind: Changeable): void {
  const { noun: name, example } = kind;
  verb(noun, `show <${name}>`, `show one ${name}`, `bailiwick ${name} show ${example}`).action(
    async (text: string, _options: object, self: Command) => {
      const session = await openSession(self);
      printObject(session, await kind.find(session, text), kind.details);
    },
  );
  registerUpdate(noun, kind);
  registerDelete(noun, kind);
}

function registerUpdate(noun: Command, kind: Changeable): void {
  const { noun: name, example } = kind;
  const what = kind.isDescribed ? 'name or description' : 'name';
  const update = verb(
    noun,
    `update <${name}>`,
    `change the ${what} of a ${name}`,
    `bailiwick ${name} update ${example} --name new-name`,
  ).option('--name <name>', 'the new name');
  if (kind.isDescribed) update.option('--description <text>', 'what it is for; empty to clear it');
  update.action(async (text: string, changes: { name?: string; description?: string }, self: Command) => {
    if (Object.keys(changes).length === 0) throw new CliError('name at least one field to change', EXIT.usage);
    const session = await openSession(self);
    const payload = await send<Record<string, Row>>(session, kind.update, {
      ...reference(name, await kind.find(session, text)),
      ...changes,
    });
    printObject(session, payload[name] ?? {}, kind.details);
  });
}

function registerDelete(noun: Command, kind: Changeable): void {
  const { noun: name, example } = kind;
  const remove = verb(noun, `delete <${name}>`, `delete a ${name}`, `bailiwick ${name} delete ${example}`);
  if (kind.canEndAdministration) withForce(remove);
  remove.action(async (text: string, options: ForceOptions, self: Command) => {
    const session = await openSession(self);
    const forced = kind.canEndAdministration ? forcedInput(options) : {};
    await send(session, kind.remove, { ...reference(name, await kind.find(session, text)), ...forced });
    note(session, `deleted ${text}`);
  });
}

/** The object as it was just read: what is done to it is done to just that. */
export function reference(noun: Changeable['noun'], { id, etag }: Row): Variables {
  return { [noun]: { id }, etag };
}
