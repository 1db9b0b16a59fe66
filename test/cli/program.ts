import type { Command } from 'commander';
import { createProgram } from '../../src/cli/main.js';

/** The program with every noun loaded. */
export async function wholeProgram(): Promise<Command> {
  const nouns = (await createProgram([])).commands.map((command) => command.name());
  return createProgram(nouns);
}

/** The commands that do something. */
export function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}
