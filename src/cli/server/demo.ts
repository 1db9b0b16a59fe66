import type { Command } from 'commander';
import { withConfirmation } from '../common/confirm.js';
import { CliError } from '../common/errors.js';
import { tell } from '../common/terminal.js';
import { verb } from '../common/verb.js';

/** Verbs on the demo that `serve --demo` makes, without a server. */
export function registerDemo(noun: Command): void {
  const remove = verb(
    noun,
    'remove',
    'remove the demo, with everything that serve --demo made',
    'bailiwick demo remove',
  ).action(async () => {
    const [{ demoFolder }, { removeDemoFolder }, { startFailure }] = await Promise.all([
      import('../../config/demo-config.js'),
      import('../../demo/folder.js'),
      import('../../process/start-failures.js'),
    ]);
    const folder = demoFolder(process.env);
    await removeDemoFolder(folder).catch((error: unknown) => {
      const { line, exitCode } = startFailure(error);
      throw new CliError(line, exitCode);
    });
    tell(`removed ${folder}`);
  });
  withConfirmation(remove, { noun: 'demo', takes: 'its data, its passwords and the keys of its machines' });
}
