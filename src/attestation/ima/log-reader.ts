import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { algorithmOfSize, decodeHex } from '../runtime-policy/index.js';
import { isText, isZero } from './log-bytes.js';
import { parseImaSignature } from './signature.js';
import { TemplateData } from './template-data.js';
import { type DigestPrefix, type ImaTemplate, parseDigestPrefix, templateNamed } from './templates.js';

/** Longest accepted line, in bytes: room for the largest buffer that the kernel measures (a key, a command line). */
export const MAX_LINE_BYTES = 256 * 1024;
/** Longest `verity:streebog512:`, and longest name of a template. */
const MAX_TOKEN_BYTES = 32;
const SHA1_BYTES = 20;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const PCR_FIELD = '10 ';

export type ImaLine = 'ENTRY' | 'VIOLATION' | 'MALFORMED' | 'END';

/**
 * Reads `ascii_runtime_measurements` line by line. After `next`, the fields describe the line just read; the next call
 * reuses them and `data`, so that a log of a hundred thousand entries creates no garbage.
 *
 * A line is `10 <template hash> <template> <fields…>`, with single spaces and lower-case hex as the kernel prints it.
 * Other spellings are malformed: they would allow two ways to write one measurement.
 */
export class ImaLogReader {
  /** 0-based number of the line in the log. */
  index = -1;
  /** Why the line is MALFORMED. */
  problem = '';
  template: ImaTemplate | undefined;
  /** The algorithm of the digest, by the kernel's name. */
  algorithm = '';
  isFileDigest = false;
  readonly digest = Buffer.alloc(64);
  digestSize = 0;
  /**
   * The name is `log[nameStart..nameEnd)`; the field after it (signature or buffer, in hex) `log[lastStart..lastEnd)`.
   */
  nameStart = 0;
  nameEnd = 0;
  lastStart = 0;
  lastEnd = 0;
  /** Whether the printed template hash matches the template data. */
  isTemplateHashRight = false;

  readonly log: Buffer;
  #at = 0;
  readonly #data = new TemplateData();
  #templateText = '';
  #prefixText = '';
  #prefix: DigestPrefix | undefined;
  #prefixField: ImaTemplate['digest'] | undefined;

  constructor(log: Buffer) {
    this.log = log;
  }

  /** The template data, whose hash extends PCRs. */
  get data(): Buffer {
    return this.#data.bytes;
  }

  /** The buffer of an `ima-buf` entry. */
  get buffer(): Buffer {
    return this.#data.lastField;
  }

  /** The name as text, for people. */
  get name(): string {
    return this.log.toString('utf8', this.nameStart, this.nameEnd);
  }

  next(): ImaLine {
    const { log } = this;
    if (this.#at >= log.length) return 'END';
    this.index += 1;
    const start = this.#at;
    this.nameStart = start;
    this.nameEnd = start;
    const kind = this.#readLine(start);
    if (kind === 'MALFORMED') {
      const newline = log.indexOf(NEWLINE, start);
      this.#at = newline < 0 ? log.length : newline + 1;
    }
    return kind;
  }

  #malformed(problem: string): 'MALFORMED' {
    this.problem = problem;
    return 'MALFORMED';
  }

  #readLine(start: number): ImaLine {
    const { log } = this;
    if (!isText(log, PCR_FIELD, start, start + PCR_FIELD.length)) {
      return this.#malformed(`expected "${PCR_FIELD}": only measurements that extend PCR 10 are understood`);
    }
    const hashStart = start + PCR_FIELD.length;
    const hashEnd = this.#hashEnd(hashStart);
    const algorithm = algorithmOfSize((hashEnd - hashStart) / 2);
    if (algorithm === undefined) return this.#malformed('the template hash is not of 40, 64, 96 or 128 hex digits');
    const templateEnd = this.#tokenEnd(hashEnd + 1, MAX_TOKEN_BYTES);
    if (templateEnd < 0 || !this.#readTemplate(hashEnd + 1, templateEnd))
      return this.#malformed('the template is not known');
    const isViolation = isZero(this.log, hashStart, hashEnd);
    const problem = this.#readFields(templateEnd + 1, isViolation);
    if (problem !== null) return this.#malformed(problem);
    if (isViolation) return 'VIOLATION';
    this.isTemplateHashRight = isText(this.log, hash(algorithm, this.data, 'hex'), hashStart, hashEnd);
    return 'ENTRY';
  }

  /** The kernel prints SHA-1 here unless configured otherwise, so try that length first. */
  #hashEnd(start: number): number {
    return this.log[start + 40] === SPACE ? start + 40 : this.#tokenEnd(start, 129);
  }

  /** The end of the token at `start`, before a space; -1 when it is too long or the line ends first. */
  #tokenEnd(start: number, limit: number): number {
    const { log } = this;
    for (let at = start; at < start + limit; at += 1) {
      const byte = log[at];
      if (byte === SPACE) return at;
      if (byte === NEWLINE || byte === undefined) return -1;
    }
    return -1;
  }

  #readTemplate(start: number, end: number): boolean {
    if (this.template === undefined || !isText(this.log, this.#templateText, start, end)) {
      this.#templateText = this.log.toString('latin1', start, end);
      this.template = templateNamed(this.#templateText);
    }
    return this.template !== undefined;
  }

  /** Reads digest, name and last field, and builds the template data. */
  #readFields(start: number, isViolation: boolean): string | null {
    const digestEnd = isViolation ? this.#noDigestEnd(start) : this.#digestEnd(start);
    if (typeof digestEnd === 'string') return digestEnd;
    return this.#findEnds(digestEnd + 1) ?? this.#layOut();
  }

  /**
   * The end of a violation's digest. The kernel prints zeros in its place; older kernels print as many as for SHA-1.
   */
  #noDigestEnd(start: number): number | string {
    const problem = this.#prefixProblem(start);
    if (problem !== null) return problem;
    const from = start + this.#prefixText.length;
    const end = this.#tokenEnd(from, 129);
    const sizes = [(this.#prefix as DigestPrefix).size, SHA1_BYTES];
    if (!sizes.includes((end - from) / 2) || !isZero(this.log, from, end))
      return 'the digest of a violation is not zeros of its algorithm’s length';
    this.digest.fill(0);
    return end;
  }

  /** Reads the digest, and returns where it ends. */
  #digestEnd(start: number): number | string {
    const problem = this.#prefixProblem(start);
    if (problem !== null) return problem;
    const prefix = this.#prefix as DigestPrefix;
    const from = start + this.#prefixText.length;
    const end = from + 2 * prefix.size;
    if (this.log[end] !== SPACE || decodeHex(this.log, from, end, this.digest, 0, 'lower') < 0) {
      return 'the digest is not lower-case hex of its algorithm’s length';
    }
    return end;
  }

  /** Most entries repeat the prefix of the previous one; only a new prefix is parsed. */
  #prefixProblem(start: number): string | null {
    return this.#repeatsPrefix(start) ? null : this.#readPrefix(start);
  }

  #repeatsPrefix(start: number): boolean {
    if (this.#prefix === undefined || this.template?.digest !== this.#prefixField) return false;
    return isText(this.log, this.#prefixText, start, start + this.#prefixText.length);
  }

  #readPrefix(start: number): string | null {
    this.#prefix = undefined;
    const end = this.#tokenEnd(start, MAX_TOKEN_BYTES + 129);
    if (end < 0) return 'expected a digest and a name';
    const field = this.template?.digest ?? 'd';
    const text = this.log.toString('latin1', start, Math.max(start, this.log.lastIndexOf(COLON, end - 1) + 1));
    const prefix = parseDigestPrefix(text, field);
    if (typeof prefix === 'string') return prefix;
    this.#prefixText = text;
    this.#prefixField = field;
    this.#prefix = prefix;
    this.algorithm = prefix.algorithm;
    this.digestSize = prefix.size;
    this.isFileDigest = prefix.isFileDigest;
    return null;
  }

  /**
   * Finds the end of the line and the last field, if the template has one. Names may contain spaces, so a name ends at
   * the last space of the line, which is there even when the field is empty.
   */
  #findEnds(start: number): string | null {
    const { log } = this;
    const limit = Math.min(log.length, start + MAX_LINE_BYTES);
    let lastSpace = -1;
    let at = start;
    for (; at < limit; at += 1) {
      const byte = log[at] as number;
      if (byte > SPACE) continue;
      if (byte === NEWLINE) break;
      if (byte === SPACE) lastSpace = at;
      else if (byte === 0) return 'the line has a NUL character';
    }
    if (at === limit && limit < log.length) return `the line is longer than ${MAX_LINE_BYTES} bytes`;
    this.#at = at + 1;
    this.nameStart = start;
    this.nameEnd = at;
    this.lastStart = at;
    this.lastEnd = at;
    if (this.template?.last == null) return at > start ? null : 'the name is missing';
    if (lastSpace <= start) return 'the field after the name is missing';
    this.nameEnd = lastSpace;
    this.lastStart = lastSpace + 1;
    return null;
  }

  /** A file needs no signature, but a field that is not empty must be one. */
  #signatureProblem(): string | null {
    if (this.lastStart === this.lastEnd) return null;
    const parsed = parseImaSignature(this.#data.lastField);
    return typeof parsed === 'string' ? parsed : null;
  }

  #layOut(): string | null {
    const { log, nameStart, nameEnd } = this;
    const prefix = this.#prefix as DigestPrefix;
    const data = this.#data;
    if (this.template?.digest === 'd') return data.writeLegacy(this.digest, prefix.size, log, nameStart, nameEnd);
    data.begin(prefix, this.digest, log, nameStart, nameEnd);
    if (this.template?.last == null) return null;
    if (!data.addHexField(log, this.lastStart, this.lastEnd)) return 'the field after the name is not lower-case hex';
    return this.template.last === 'sig' ? this.#signatureProblem() : null;
  }
}
