import { Argument, type Command } from 'commander';
import { bash } from './completion-bash.js';
import { fish } from './completion-fish.js';
import { placesOf } from './completion-places.js';
import { zsh } from './completion-zsh.js';
import { print } from './terminal.js';
import { withExample } from './verb.js';

const SHELLS = { bash, zsh, fish } as const;

/** The script has every noun, so its program must have loaded them all. */
export function registerCompletion(command: Command): void {
  withExample(command, 'bailiwick completion bash > ~/.local/share/bash-completion/completions/bailiwick')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .action((shell: keyof typeof SHELLS, _options: object, self: Command) => {
      if (self.parent !== null) print(SHELLS[shell](placesOf(self.parent)));
    });
}
