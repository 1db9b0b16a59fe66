import { createHash } from 'node:crypto';
import type { HashAlgorithm } from '../../attestation/tpm/index.js';
import type { SoftwareTpm } from '../tpm/software-tpm.js';
import { extendDigest, logLine, type Measurement } from './ima-log.js';

const BANKS: readonly HashAlgorithm[] = ['sha1', 'sha256'];
const FIRMWARE_PCRS = 10;
const IMA_PCR = 10;

/** A machine with a TPM, boot measurements and a kernel that measures files. */
export class MeasuredMachine {
  readonly tpm: SoftwareTpm;
  measurements: Measurement[] = [];

  constructor(tpm: SoftwareTpm) {
    this.tpm = tpm;
  }

  /** The firmware measures, then the kernel begins its log. */
  boot(bootAggregate: Partial<Measurement> = {}): this {
    for (let pcr = 0; pcr < FIRMWARE_PCRS; pcr += 1) {
      for (const bank of BANKS) this.tpm.extendDigest(bank, pcr, firmwareDigest(bank, pcr));
    }
    const digest = this.bootAggregate('sha256', FIRMWARE_PCRS);
    return this.measure({ path: 'boot_aggregate', digest, ...bootAggregate });
  }

  bootAggregate(bank: HashAlgorithm, count: number): Buffer {
    const pcrs = Array.from({ length: count }, (_, pcr) => pcr);
    return createHash(bank)
      .update(Buffer.concat([...this.tpm.readPcrs(bank, pcrs).values()]))
      .digest();
  }

  measure(...measurements: (Measurement | string)[]): this {
    for (const given of measurements) {
      const measurement = typeof given === 'string' ? { path: given } : given;
      this.measurements.push(measurement);
      for (const bank of BANKS) this.tpm.extendDigest(bank, IMA_PCR, extendDigest(measurement, bank));
    }
    return this;
  }

  reboot(): this {
    this.tpm.reboot();
    this.measurements = [];
    return this.boot();
  }

  /** What the kernel prints, from entry number `from` on. */
  log(from = 0): string {
    return this.measurements.slice(from).map(logLine).join('');
  }
}

const firmwareDigest = (bank: HashAlgorithm, pcr: number) => createHash(bank).update(`firmware ${pcr}`).digest();
