import type { Command } from 'commander';
import { ask, canAsk } from './ask.js';
import { CliError, EXIT } from './errors.js';
import { printable } from './output.js';

/** What a verb destroys. No other verb brings it back. */
export interface Loss {
  readonly noun: string;
  /** What goes with the object. */
  readonly takes: string;
}

/** Makes a verb ask before it destroys the object that its first argument names, or the only one of its kind. */
export function withConfirmation(command: Command, { noun, takes }: Loss): Command {
  const loss = `and with it ${takes}`;
  return command
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
    .addHelpText('after', `\nThe ${noun} goes for good, ${loss}.`)
    .hook('preAction', async (_command, self) => {
      if (self.opts<{ yes?: boolean }>().yes) return;
      const sentence = printable(`${[noun, ...self.args.slice(0, 1)].join(' ')} goes for good, ${loss}`);
      if (!canAsk()) throw new CliError(`${sentence}; nobody can be asked here, so add --yes`, EXIT.usage);
      const answer = await ask(`${sentence}.\nContinue? [y/N] `);
      if (!/^y(?:es)?$/i.test(answer?.trim() ?? '')) throw new CliError('nothing was changed');
    });
}
