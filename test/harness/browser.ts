import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Json } from './server.js';

const NAME = 'chromium';
export const hasChromium = spawnSync(NAME, ['--version'], { stdio: 'ignore' }).status === 0;

const FLAGS = [
  ...['--headless=new', '--remote-debugging-pipe', '--no-first-run', '--disable-gpu', '--disable-dev-shm-usage'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--window-size=1400,1000'],
  // Its sandbox does not work for root, as whom containers run.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];
const PATIENCE_MS = 60_000;

/** Something that a page got from a server. */
export interface Received {
  readonly url: string;
  readonly status: number;
  readonly type: string;
  /** Whether the page gave up what was still coming. */
  isCanceled: boolean;
}

/** A browser without a window, driven by its DevTools protocol over two pipes: JSON, each message ended by a NUL. */
export class Browser {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, (answer: Json) => void>();
  readonly #pages = new Map<string, Page>();
  #sent = 0;
  #heard = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#process = child;
    this.#folder = folder;
    const [, , , , heard] = child.stdio as unknown as readonly Readable[];
    heard?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    void this.#ended.then(() => {
      for (const answer of this.#waiting.values()) answer({ error: { message: 'the browser ended' } });
    });
  }

  static open(): Browser {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-browser-'));
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    return new Browser(
      spawn(NAME, [...FLAGS, `--user-data-dir=${folder}`], { stdio: [...stdio], detached: true }),
      folder,
    );
  }

  /** Opens a page, and waits until it is loaded. */
  async page(url: string): Promise<Page> {
    const { targetId } = await this.ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.ask('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page((method, params) => this.ask(method, params, sessionId));
    this.#pages.set(sessionId, page);
    await page.open(url);
    return page;
  }

  /** Sends a command, and waits for its result. @throws Error that the browser answers. */
  async ask(method: string, params: object = {}, sessionId?: string): Promise<Json> {
    this.#sent += 1;
    const id = this.#sent;
    const [, , , pipe] = this.#process.stdio as unknown as readonly Duplex[];
    const answered = new Promise<Json>((resolve) => this.#waiting.set(id, resolve));
    pipe?.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async close(): Promise<void> {
    // With all its processes, which lead a group of their own and would go on to write into the folder.
    if (this.#process.pid !== undefined && this.#process.exitCode === null) process.kill(-this.#process.pid, 'SIGKILL');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  #hear(text: string): void {
    const messages = (this.#heard + text).split('\0');
    this.#heard = messages.pop() ?? '';
    for (const message of messages.map((one) => JSON.parse(one) as Json)) {
      if (message.id === undefined) this.#pages.get(message.sessionId)?.hear(message.method, message.params);
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }
}

/** A page, which a test uses by its mouse and reads by scripts. */
export class Page {
  readonly #ask: (method: string, params?: object) => Promise<Json>;
  readonly #received = new Map<string, Received>();

  constructor(ask: (method: string, params?: object) => Promise<Json>) {
    this.#ask = ask;
  }

  get received(): readonly Received[] {
    return [...this.#received.values()];
  }

  async open(url: string): Promise<void> {
    await this.#ask('Network.enable');
    await this.#ask('Page.navigate', { url });
    await this.until('document.readyState === "complete"');
  }

  hear(method: string, { requestId, response, canceled }: Json): void {
    if (method === 'Network.responseReceived') {
      const { url, status, mimeType: type } = response;
      this.#received.set(requestId, { url, status, type, isCanceled: false });
    }
    const known = this.#received.get(requestId);
    if (known && method === 'Network.loadingFailed') known.isCanceled = canceled;
  }

  /** The value of a script, awaited. @throws Error that the script throws. */
  async run(expression: string): Promise<Json> {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails: fault } = await this.#ask('Runtime.evaluate', params);
    if (fault) throw new Error(fault.exception?.description ?? fault.text);
    return result.value;
  }

  /** Waits until a script's value is true, and returns it. */
  async until(expression: string): Promise<Json> {
    for (const patience = Date.now() + PATIENCE_MS; ; await delay(50)) {
      const value = await this.run(expression).catch(() => false);
      if (value) return value;
      if (Date.now() > patience) throw new Error(`not ${expression} in: ${await this.run('document.body.innerText')}`);
    }
  }

  /** Presses a key, which goes to what has the focus. */
  async press(key: 'Enter', { hasControl = false } = {}): Promise<void> {
    const stroke = { key, code: key, windowsVirtualKeyCode: 13, modifiers: hasControl ? 2 : 0 };
    for (const type of ['rawKeyDown', 'keyUp']) await this.#ask('Input.dispatchKeyEvent', { type, ...stroke });
  }

  /** Clicks an element, which a script finds, once nothing is before it: menus come from outside of the window. */
  async click(element: string): Promise<void> {
    const place = await this.until(`(() => {
      const wanted = ${element};
      const { x: left, y: top, width, height } = wanted.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      return wanted.contains(document.elementFromPoint(x, y)) && { x, y };
    })()`);
    const mouse = { ...place, button: 'left', clickCount: 1 };
    for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased'])
      await this.#ask('Input.dispatchMouseEvent', { ...mouse, type });
  }
}
