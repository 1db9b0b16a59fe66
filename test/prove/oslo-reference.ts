import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./oslo_reference.py', import.meta.url));

/** oslo.policy in a process of its own; it answers in the order of the questions. */
export class OsloReference {
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: string) => void)[] = [];

  constructor() {
    this.#child = spawn('/usr/bin/python3', [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the reference has no output');
    createInterface({ input: stdout }).on('line', (line) => this.#waiting.shift()?.(line));
    this.#child.on('exit', (code) => {
      for (const answer of this.#waiting.splice(0)) answer(`exit ${code}; is python3-oslo.policy installed?`);
    });
  }

  /** `allow`, `deny`, `invalid_scope`, or `error` and the name of the exception. */
  async decide(line: string): Promise<string> {
    const answer = new Promise<string>((resolve) => this.#waiting.push(resolve));
    this.#child.stdin?.write(`${line}\n`);
    const said = await answer;
    if (!/^(allow|deny|invalid_scope|error \w+)$/.test(said)) throw new Error(`the reference ended: ${said}`);
    return said;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}
