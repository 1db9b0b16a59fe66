import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Format } from './table.js';

/** Adds a verb to a noun: its usage, its summary, and one example. */
export function verb(noun: Command, usage: string, summary: string, example: string): Command {
  return withExample(noun.command(usage).description(summary), example);
}

export function withExample(command: Command, example: string): Command {
  return command.addHelpText('after', `\nExample:\n  $ ${example}`);
}

/** The option that every list has. */
export function withLimit(command: Command): Command {
  return command.option('--limit <n>', 'how many at most', parseCount, 1000);
}

/** The output format, for commands that need no session. */
export function formatOf(command: Command): Format {
  return command.optsWithGlobals<{ output: Format }>().output;
}

/** Reads a positive whole number. */
export function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  return Number(text);
}

/** Reads the number of a revision, which may be 0. */
export function parseRevision(text: string): number {
  return text === '0' ? 0 : parseCount(text);
}

/** The option for operators' policies, for commands that need no server. */
export function withPolicyFile(command: Command): Command {
  return command.option('--policies <file>', 'a policy file that changes the built-in policies');
}

/** An option with one of these values, that may be repeated. */
export function repeatable(flags: string, description: string, values: readonly string[]): Option {
  const parse = (text: string, earlier: readonly string[] | undefined) => collect(oneOf(values, text), earlier);
  return new Option(flags, `${description}; may be repeated`).choices(values).argParser(parse);
}

/** An option with one of these values. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values).argParser((text: string) => oneOf(values, text));
}

/** One of some values, in whatever letter case it is given. */
function oneOf(values: readonly string[], text: string): string {
  const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Allowed choices are ${values.join(', ')}.`);
}

/** Collects an option that may be repeated. */
export function collect(value: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

/** Collects an option NAME=VALUE that may be given once for each name. */
export function collectPair(text: string, earlier: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must have the form NAME=VALUE.');
  if (earlier.has(name)) throw new InvalidArgumentError(`${name} was already given.`);
  return new Map([...earlier, [name, value]]);
}

/** Reads names separated by commas. */
export function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
