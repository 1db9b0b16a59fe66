import { EVERY_TOPIC } from '../db/open.js';

/** Wakes those of this process who wait for a topic. */
export class Bells {
  readonly #hung = new Set<Bell>();

  ring(topic: string): void {
    for (const bell of this.#hung) if (topic === EVERY_TOPIC || bell.topics.includes(topic)) bell.ring();
  }

  hang(...topics: readonly string[]): Bell {
    const bell: Bell = new Bell(topics, () => this.#hung.delete(bell));
    this.#hung.add(bell);
    return bell;
  }
}

/** Remembers that it rang: what happens while its owner reads ends the next wait at once. */
export class Bell {
  readonly topics: readonly string[];
  readonly takeDown: () => void;
  #hasRung = false;
  #wake = () => {};

  constructor(topics: readonly string[], takeDown: () => void) {
    this.topics = topics;
    this.takeDown = takeDown;
  }

  ring(): void {
    this.#hasRung = true;
    this.#wake();
  }

  /** Resolves when it rings or has rung since the last wait, after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, ms);
        signal.addEventListener('abort', wake);
        this.#wake = wake;
        function wake() {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        }
      });
    }
    this.#hasRung = false;
  }
}
