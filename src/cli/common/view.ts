import { type Command, InvalidArgumentError, Option } from 'commander';
import { readEnvironment } from './environment.js';
import { CliError, EXIT } from './errors.js';
import { PAGE, type Screen } from './layout.js';
import { columnKeys, type Format, isForPeople, type Titled, type View } from './table.js';

interface ViewOptions {
  readonly output: Format;
  readonly columns?: readonly string[];
}

/** How a command prints, by its options and the terminal. */
export function viewOf(command: Command): View {
  const { output: format, columns } = command.optsWithGlobals<ViewOptions>();
  if (columns !== undefined && !isForPeople(format))
    throw new CliError('--columns is for tables; json, yaml and name have no columns', EXIT.usage);
  return { format, columns, screen: screenOf(process.stdout) };
}

/** A terminal has its own width and colors; what is read later or by a program has neither. */
function screenOf({ isTTY, columns }: NodeJS.WriteStream): Screen {
  if (!isTTY) return PAGE;
  return { width: columns || PAGE.width, hasColor: !readEnvironment().noColor };
}

/** Adds the option that chooses columns of a table, or of the one of several tables that the command prints. */
export function withColumns(command: Command, ...tables: readonly Titled[]): Command {
  const keys = [...new Set(tables.flatMap(columnKeys))];
  const parse = (text: string) => {
    const names = text.split(',').map((name) => name.trim().toLowerCase());
    const unknown = names.find((name) => !keys.includes(name));
    if (unknown === undefined) return names;
    throw new InvalidArgumentError(`There is no column "${unknown}"; choose from ${keys.join(', ')}.`);
  };
  return command.addOption(new Option('--columns <a,b,c>', 'the columns of the table').choices(keys).argParser(parse));
}
