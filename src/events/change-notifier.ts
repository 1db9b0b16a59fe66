import { EVERY_TOPIC } from '../db/open.js';
import { isAbout, type Topic, topicIn } from './topics.js';

/**
 * Wakes the listeners of this process when something changes that one of their topics names. Every notification has a
 * moment, so that a reader knows whether it read before or after it.
 */
export class ChangeNotifier {
  readonly #listeners = new Set<Listener>();
  #moment = 0;

  /** @param said The text that `saidOf` makes of a topic, or `EVERY_TOPIC`. */
  notify(said: string): void {
    const moment = this.nextMoment();
    const happened = said === EVERY_TOPIC ? null : topicIn(said);
    for (const listener of this.#listeners) {
      if (happened === null || listener.topics.some((topic) => isAbout(topic, happened))) listener.notify(moment);
    }
  }

  /** A moment after all notifications so far and before all that follow. */
  nextMoment(): number {
    this.#moment += 1;
    return this.#moment;
  }

  listen(...topics: readonly Topic[]): Listener {
    const listener: Listener = new Listener(topics, this.nextMoment(), () => this.#listeners.delete(listener));
    this.#listeners.add(listener);
    return listener;
  }
}

/** Remembers a notification: one that arrives while the listener's owner reads ends the next wait at once. */
export class Listener {
  readonly topics: readonly Topic[];
  readonly close: () => void;
  #notifiedAt: number;
  #isNotified = false;
  #wake = () => {};

  constructor(topics: readonly Topic[], since: number, close: () => void) {
    this.topics = topics;
    this.close = close;
    this.#notifiedAt = since;
  }

  /** When it was last notified; before the first time, when it started to listen. */
  get notifiedAt(): number {
    return this.#notifiedAt;
  }

  notify(moment: number): void {
    this.#notifiedAt = moment;
    this.#isNotified = true;
    this.#wake();
  }

  /** Forgets the notifications so far: the next wait is for a new one. */
  acknowledge(): void {
    this.#isNotified = false;
  }

  /** Resolves to true when it is notified, or was since `acknowledge`; to false after `ms`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isNotified && !signal.aborted) {
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
    return this.#isNotified;
  }
}
