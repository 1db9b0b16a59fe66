import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** oslo.policy in a process of its own; it answers in the order of the questions, a line for each. */
export class OsloProcess {
  readonly #child: ChildProcess;
  readonly #waiting: { readonly tell: (answer: string) => void; readonly fail: (fault: Error) => void }[] = [];

  /** @param script a file of this folder. */
  constructor(script: string) {
    const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
    this.#child = spawn('/usr/bin/python3', [path], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the reference has no output');
    createInterface({ input: stdout }).on('line', (line) => this.#waiting.shift()?.tell(line));
    this.#child.on('exit', (code) => {
      const fault = new Error(`the reference ended: exit ${code}; is python3-oslo.policy installed?`);
      for (const { fail } of this.#waiting.splice(0)) fail(fault);
    });
  }

  ask(line: string): Promise<string> {
    return new Promise((tell, fail) => {
      this.#waiting.push({ tell, fail });
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}

/** oslo.policy as it decides one case after another. */
export class OsloReference extends OsloProcess {
  constructor() {
    super('oslo_reference.py');
  }

  /** `allow`, `deny`, `invalid_scope`, or `error` and the name of the exception. */
  async decide(line: string): Promise<string> {
    const said = await this.ask(line);
    if (!/^(allow|deny|invalid_scope|error \w+)$/.test(said)) throw new Error(`the reference said: ${said}`);
    return said;
  }
}
