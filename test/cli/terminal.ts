import { spawn, spawnSync } from 'node:child_process';

/** Whether util-linux's `script` is there, which runs a command in a terminal of its own. */
export const hasTerminal = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

/** What a terminal shows of a command; if it asks this question, it is answered the moment it is read. */
export async function shown(
  command: string,
  question?: string,
  answer = '',
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { ...process.env, ...more };
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let isAnswered = false;
  for await (const chunk of terminal.stdout) {
    text += String(chunk);
    if (isAnswered || question === undefined || !text.includes(question)) continue;
    isAnswered = true;
    terminal.stdin.write(`${answer}\r`);
  }
  return text;
}
