import { type Command, Option } from 'commander';
import type { Mutation, Payload } from './client.js';
import { type Loss, withConfirmation } from './confirm.js';
import { CliError, EXIT } from './errors.js';
import type { Row } from './output.js';
import { type List, listAll } from './paging.js';
import { openSession, printGone, printList, printObject, type Session, send } from './session.js';
import { isForPeople, type Table } from './table.js';
import { verb, withLimit } from './verb.js';
import { withColumns } from './view.js';

/** What the verbs of a noun share. `Printed` is an object as it is printed, `Item` one as it is found. */
export interface Resource<Noun extends string, Printed extends Row, Item extends Printed = Printed>
  extends Table<Printed> {
  /** The word in commands, and the field name in the API's inputs and payloads. */
  readonly noun: Noun;
  /** By id or by name. */
  readonly find: (session: Session, text: string) => Promise<Item>;
}

/** An object as it was just read: a change applies only to this version. */
interface Found extends Row {
  readonly id: string;
  readonly etag: string;
}

/** An input with the object to change and its etag. */
type Reviewed<Noun extends string> = { readonly [Name in Noun]: { readonly id: string } } & { readonly etag: string };

/** A payload with the object under its noun. */
type PayloadOf<Noun extends string, Printed> = Payload & { readonly [Name in Noun]: Printed | null };

/** A field that `update` changes besides the name: its option, what it is, and what people type to set it. */
export type Changing = readonly [what: string, flags: string, summary: string];

export const DESCRIPTION: Changing = ['description', '--description <text>', 'what it is for'];

/** A noun that can be renamed. `Changes` is the type of the options of `update`. */
export interface Updatable<Noun extends string, Printed extends Row, Item extends Printed & Found, Changes>
  extends Resource<Noun, Printed, Item> {
  /** A name for examples. */
  readonly example: string;
  readonly update: Mutation<PayloadOf<Noun, Printed>, Reviewed<Noun> & Changes>;
  readonly changes?: readonly Changing[];
}

/** A noun that can be renamed and deleted. */
export interface Changeable<Noun extends string, Printed extends Row, Item extends Printed & Found, Changes>
  extends Updatable<Noun, Printed, Item, Changes> {
  readonly remove: Mutation<Payload, Reviewed<Noun>>;
  /** What its deletion takes with it. */
  readonly takes: string;
  /** Whether deleting it may leave the system without an administrator. */
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

export const reference = <Noun extends string>(noun: Noun, { id, etag }: Found) =>
  ({ [noun]: { id }, etag }) as Reviewed<Noun>;

/** How the options of a list become variables, and how people see its rows. */
interface Listing<Node, Variables, Options> extends Table<Node> {
  readonly variables?: (options: Options) => NoInfer<Variables>;
  readonly arrange?: (rows: readonly Node[]) => readonly Node[];
}

/** Makes a command list the rows of a document. */
export function withList<Node extends Row, Variables, Options>(
  command: Command,
  document: List<Node, Variables>,
  listing: Listing<NoInfer<Node>, Variables, Options>,
): Command {
  const { variables, arrange } = listing;
  return withColumns(withLimit(command), listing).action(
    async ({ limit, ...options }: Options & { limit: number }, self: Command) => {
      const session = await openSession(self);
      const asked = variables?.(options as unknown as Options) ?? ({} as Variables);
      const rows = await listAll<Node, Variables>(session, document, asked, limit);
      printList<Node>(session, arrange && isForPeople(session.format) ? arrange(rows) : rows, listing);
    },
  );
}

/** Makes a command create an object with the given name. */
export function withCreate<Noun extends string, Printed extends Row, Item extends Printed, Input, Options>(
  command: Command,
  resource: Resource<Noun, Printed, Item>,
  document: Mutation<PayloadOf<Noun, Printed>, Input>,
  toInput: (name: string, options: Options, session: Session) => NoInfer<Input> | Promise<NoInfer<Input>>,
): Command {
  return command.action(async (name: string, options: Options, self: Command) => {
    const session = await openSession(self);
    const payload = await send(session, document, await toInput(name, options, session), resource.noun);
    printObject<Printed>(session, payload[resource.noun], resource);
  });
}

/** Makes a command show one object; `more` prints additional lines for people. */
export function withShow<Noun extends string, Printed extends Row, Item extends Printed>(
  command: Command,
  resource: Resource<Noun, Printed, Item>,
  more: (item: Item) => void = () => {},
): Command {
  return withColumns(command, resource).action(async (text: string, _options: object, self: Command) => {
    const session = await openSession(self);
    const item = await resource.find(session, text);
    printObject<Printed>(session, item, resource);
    if (isForPeople(session.format) && session.columns === undefined) more(item);
  });
}

/** Makes a command delete one object, at its current etag, once the user confirmed. */
export function withDelete<Noun extends string, Printed extends Row, Item extends Printed & Found>(
  command: Command,
  { noun, takes, find }: Resource<Noun, Printed, Item> & Loss,
  document: Mutation<Payload, Reviewed<Noun>>,
  toInput: (options: ForceOptions) => object = () => ({}),
): Command {
  return withConfirmation(command, { noun, takes }).action(
    async (text: string, options: ForceOptions, self: Command) => {
      const session = await openSession(self);
      const found = await find(session, text);
      await send(session, document, { ...reference(noun, found), ...toInput(options) });
      printGone(session, 'deleted', { id: found.id }, `${noun} ${text}`);
    },
  );
}

/** Adds `show`, `update` and `delete` to a noun. */
export function registerChanges<
  Noun extends string,
  Printed extends Row,
  Item extends Printed & Found,
  Changes extends object,
>(command: Command, kind: Changeable<Noun, Printed, Item, Changes>): void {
  const { noun, example, remove } = kind;
  withShow(verb(command, `show <${noun}>`, `show one ${noun}`, `bailiwick ${noun} show ${example}`), kind);
  registerUpdate(command, kind);
  const deletion = verb(command, `delete <${noun}>`, `delete a ${noun}`, `bailiwick ${noun} delete ${example}`);
  if (kind.canEndAdministration) withDelete(withForce(deletion), kind, remove, forcedInput);
  else withDelete(deletion, kind, remove);
}

/** Adds `update` to a noun: its name, and what else of it can change. */
export function registerUpdate<
  Noun extends string,
  Printed extends Row,
  Item extends Printed & Found,
  Changes extends object,
>(command: Command, kind: Updatable<Noun, Printed, Item, Changes>): void {
  const { noun, example, changes: others = [] } = kind;
  const update = verb(
    command,
    `update <${noun}>`,
    `change the ${listed(['name', ...others.map(([what]) => what)])} of one ${noun}`,
    `bailiwick ${noun} update ${example} --name new-name`,
  ).option('--name <name>', 'the new name');
  for (const [, flags, summary] of others) update.option(flags, `${summary}; empty to clear it`);
  update.action(async (text: string, changes: Changes, self: Command) => {
    if (Object.keys(changes).length === 0) throw new CliError('name at least one field to change', EXIT.usage);
    const session = await openSession(self);
    const input = { ...reference(noun, await kind.find(session, text)), ...cleared(changes) };
    printObject<Printed>(session, (await send(session, kind.update, input, noun))[noun], kind);
  });
}

/** An empty text clears a field, which the API writes as null; a name cannot be cleared. */
const cleared = <Changes extends object>(changes: Changes): Changes =>
  Object.fromEntries(
    Object.entries(changes).map(([field, value]) => [field, value === '' && field !== 'name' ? null : value]),
  ) as Changes;

const listed = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ');
