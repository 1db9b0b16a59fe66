import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { DIGEST_BYTES, type HashAlgorithm } from '../tpm/index.js';

/**
 * Computes a PCR after a sequence of extends, in one bank: PCR ← H(PCR ‖ H(template data)). Keeps values as latin1
 * strings, since `crypto.hash` is three times cheaper when it returns strings.
 */
export class PcrReplay {
  readonly algorithm: HashAlgorithm;
  readonly #target: string;
  readonly #size: number;
  /** The current value, followed by the digest to extend it with. */
  readonly #pair: Buffer;
  #running: string;

  constructor(algorithm: HashAlgorithm, start: Uint8Array, target: Uint8Array) {
    this.algorithm = algorithm;
    this.#size = DIGEST_BYTES[algorithm];
    this.#pair = Buffer.alloc(2 * this.#size);
    this.#pair.set(start.subarray(0, this.#size));
    this.#running = this.#pair.toString('latin1', 0, this.#size);
    this.#target = Buffer.from(target).toString('latin1');
  }

  extend(templateData: Uint8Array): void {
    this.#put(hash(this.algorithm, templateData, 'binary'), this.#size);
    this.#fold();
  }

  /** The kernel extends with all ones for a violation, so that the PCR can never look clean again. */
  extendViolation(): void {
    this.#pair.fill(0xff, this.#size);
    this.#fold();
  }

  /** Whether the current value equals the quoted one. */
  get isAtTarget(): boolean {
    return this.#running === this.#target;
  }

  /** The quoted value, in hex. */
  get target(): string {
    return Buffer.from(this.#target, 'latin1').toString('hex');
  }

  /** The current value, in hex. */
  get value(): string {
    return this.#pair.toString('hex', 0, this.#size);
  }

  #fold(): void {
    this.#running = hash(this.algorithm, this.#pair, 'binary');
    this.#put(this.#running, 0);
  }

  /** A loop: for so few bytes, the call of a native write costs more than the writing. */
  #put(latin1: string, at: number): void {
    const pair = this.#pair;
    for (let from = 0; from < latin1.length; from += 1) pair[at + from] = latin1.charCodeAt(from);
  }
}
