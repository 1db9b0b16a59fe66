import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';

/** A port for a server of a page, instead of the port that the page names. */
export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** A command of a page, and what the page says that it prints. */
export interface Step {
  readonly command: string;
  readonly prints: string;
}

/** A section of a page, from its heading to the next one of any level. */
export function sectionOf(page: string, heading: string): string {
  const [, section] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  if (section === undefined) throw new Error(`the page has no section ${heading}`);
  return section.split(/^#+ .*$/m)[0] ?? '';
}

/** The commands of a page's console blocks, block by block. */
export function blocksOf(page: string): Step[][] {
  return [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
    block.split(/^\$ /m).slice(1).map(stepOf),
  );
}

/** A command goes on behind a backslash or a pipe, in quotes, and in a loop until it is done. */
function stepOf(text: string): Step {
  const lines = text.trimEnd().split('\n');
  const isOpen = (command: string) =>
    /[\\|]$/.test(command) ||
    command.replaceAll(/"[^"\n]*"/g, '').split("'").length % 2 === 0 ||
    (/\bdo$/m.test(command) && !/\bdone$/.test(command));
  let length = 1;
  while (length < lines.length && isOpen(lines.slice(0, length).join('\n'))) length += 1;
  return { command: lines.slice(0, length).join('\n'), prints: lines.slice(length).join('\n') };
}

/** What differs each time: ids, times, secrets, cursors, the names of keys, and digests of this machine's files. */
const CHANGING =
  /\bsha256:[0-9a-f]{64}|\b(?:[a-z]{3}_)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\bbwe_[\w-]{43}|\bWyJ[\w-]{9,}|(?<=by key )[0-9a-f]{16}|(?<=Entries 1 to )\d+/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g;

/** Compares a page with a run of it: what changes must be the same wherever the page has the same. */
export class Likeness {
  readonly #onPage: string[] = [];
  readonly #inRun: string[] = [];

  /** A text of the page, with a number for each thing that changes. */
  ofPage(text: string): string {
    return numbered(text, this.#onPage);
  }

  ofRun(text: string): string {
    return numbered(text, this.#inRun);
  }

  /** A command of the page, about the things of the run. */
  toRun(command: string): string {
    return command.replaceAll(CHANGING, (value) => this.#inRun[this.#onPage.indexOf(value)] ?? value);
  }
}

function numbered(text: string, known: string[]): string {
  const withNumbers = text.replaceAll(CHANGING, (value) => {
    if (!known.includes(value)) known.push(value);
    return `<${known.indexOf(value) + 1}>`;
  });
  return withNumbers.replaceAll(TIME, '<time>');
}

export interface ShellOptions {
  /** Whether its end also ends what its commands have started: such processes hear no Ctrl-C. */
  readonly hasGroup?: boolean;
  /** For a terminal of 80 columns instead of pipes: what is typed when a command asks for a password. */
  readonly passwords?: (question: string) => string;
}

/** Programs and arguments: a shell by itself, and one in a terminal. */
const BASH = ['bash', '--norc', '--noprofile', '--noediting'];
const IN_TERMINAL = ['script', '-qefc', BASH.join(' '), '/dev/null'];
const QUESTION = /(?<question>(?:new )?password of \w+(?:, again)?): $/;

/** A shell that runs one command after another. */
export class Shell {
  readonly #child: ChildProcess;
  readonly #options: ShellOptions;
  #said = '';

  constructor(env: NodeJS.ProcessEnv, options: ShellOptions = {}) {
    this.#options = options;
    const [program = '', ...args] = options.passwords ? IN_TERMINAL : BASH;
    this.#child = spawn(program, args, {
      env,
      detached: options.hasGroup ?? false,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#said += String(chunk).replaceAll('\r', '');
      const { question } = QUESTION.exec(this.#said)?.groups ?? {};
      if (question !== undefined && options.passwords) this.#child.stdin?.write(`${options.passwords(question)}\r`);
    });
    if (options.passwords) this.#child.stdin?.write("stty -echo cols 80; PS1= PS2= ; printf '@@begun'; echo @@\n");
  }

  /** What a command prints, once it has ended or, for one that does not end, once `until` matches. */
  async run(command: string, until = /^(?<said>[\s\S]*)\n@@ended \d+@@\n$/): Promise<string> {
    this.begin(command);
    const { said = '' } = (await this.said(until)).groups ?? {};
    return said.trimEnd();
  }

  /** What a command prints; it must succeed. */
  async succeed(command: string): Promise<string> {
    const said = await this.run(command);
    if (!this.#said.endsWith('\n@@ended 0@@\n')) throw new Error(`It failed: ${command}\n${said}`);
    return said;
  }

  begin(command: string): void {
    this.#said = '';
    const input = this.#options.passwords ? '' : ' < /dev/null 2>&1';
    this.#child.stdin?.write(`{ ${command}\n}${input}; printf '\\n@@ended %s@@\\n' $?\n`);
  }

  /** Waits until what the command has printed so far matches. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#said);
      if (found) return found;
      if (this.#child.exitCode !== null || /\n@@ended \d+@@\n$/.test(this.#said))
        throw new Error(`The command or its shell ended: ${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends the shell and what it runs. */
  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin?.end();
    const { pid } = this.#child;
    if (this.#options.hasGroup && pid !== undefined) process.kill(-pid);
    else this.#child.kill();
    await closed;
  }
}
