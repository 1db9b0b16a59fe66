import type { Command, Option } from 'commander';

/** A word that can follow. */
export interface Word {
  readonly text: string;
  readonly summary: string;
}

/** What an option takes: one of some words, several of them with commas between, a file, or anything. */
export interface Value {
  readonly kind: 'none' | 'word' | 'list' | 'file' | 'any';
  readonly words: readonly string[];
}

export interface Flag {
  /** `--limit`, and `-o` for an option that is short too. */
  readonly names: readonly string[];
  readonly summary: string;
  readonly value: Value;
}

/** A command, by the words that lead to it: `agent list`, and nothing for the program itself. */
export interface Place {
  readonly path: string;
  readonly next: readonly Word[];
  readonly flags: readonly Flag[];
  /** Whether an argument is a file. */
  readonly takesFile: boolean;
}

/** Every place of a program, with the flags of the commands around it. */
export function placesOf(command: Command, path = '', around: readonly Flag[] = []): Place[] {
  const flags = [...command.createHelp().visibleOptions(command).map(flagOf), ...around.filter(isNotHelp)];
  const commands = command.commands.map((child) => ({ text: child.name(), summary: child.description() }));
  const choices = command.registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((text) => ({ text, summary: description })),
  );
  const children = command.commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`.trim(), flags));
  const takesFile = command.registeredArguments.some((argument) => argument.name() === 'file');
  return [{ path, next: [...commands, ...choices], flags, takesFile }, ...children];
}

const isNotHelp = ({ names }: Flag) => !names.includes('--help') && !names.includes('--version');

function flagOf(option: Option): Flag {
  const names = [option.short, option.long].flatMap((name) => name ?? []);
  return { names, summary: option.description, value: valueFor(option) };
}

function valueFor({ flags, argChoices: words = [], required, optional }: Option): Value {
  if (!required && !optional) return { kind: 'none', words };
  if (words.length > 0) return { kind: /<\w+,/.test(flags) ? 'list' : 'word', words };
  return { kind: /<(?:file|folder)>/.test(flags) ? 'file' : 'any', words };
}
