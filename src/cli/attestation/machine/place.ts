import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, parseServer } from '../../common/connection.js';
import { CliError, EXIT, messageOf } from '../../common/errors.js';
import { writePrivateFile } from '../../common/files.js';
import { type Pin, pinnedAuthority } from '../../common/pins.js';

/** What an operator gave to reach a control plane: its address, and either keys or authorities to know it by. */
export interface Given {
  readonly server: string;
  readonly pins: readonly Pin[];
  /** In PEM; null with pins, and for servers that are reached without TLS. */
  readonly authorities: string | null;
}

/** What the control plane says about itself. */
export interface Told {
  readonly addresses: readonly string[];
  /** In PEM; null when it says nothing. */
  readonly authorities: string | null;
}

interface Kept extends Told {
  readonly version: 1;
  /** What an operator gives anew replaces all that was kept. */
  readonly given: Given;
}

type Reach = Pick<Connection, 'server' | 'authorities' | 'isPinned'>;

const FILE = 'place.json';
const ADDRESSES_MAX = 8;
const AUTHORITIES_MAX = 16;
const AUTHORITIES_MAX_CHARACTERS = 256 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Where an agent reaches its control plane, and by what it knows it: what the operator gave at first, then what the
 * control plane itself says, so that its address and its authority can change while machines run.
 */
export class KeptPlace {
  readonly #file: string;
  #kept: Kept;
  /** The address in use, and the authority that was found by a pin. */
  #at = 0;
  #found: string | null = null;

  private constructor(file: string, kept: Kept) {
    this.#file = file;
    this.#kept = kept;
  }

  /** @throws CliError when nothing is given and nothing is kept in the folder, or what is kept cannot be used. */
  static async open(folder: string, given: Given | null): Promise<KeptPlace> {
    const file = join(folder, FILE);
    const kept = await read(file);
    if (kept !== null && (given === null || isSame(kept.given, given))) return new KeptPlace(file, kept);
    if (given === null) throw new CliError('this machine has not joined yet: give --server and --ca-file', EXIT.usage);
    const { server } = given;
    const authorities = given.authorities === null ? null : authoritiesIn(given.authorities);
    if (given.authorities !== null && authorities === null)
      throw new CliError('the file of authorities holds no certificate that can be read, or too many', EXIT.usage);
    const place = new KeptPlace(file, { version: 1, given, addresses: [server], authorities });
    await place.#write();
    return place;
  }

  /** What a token of this control plane belongs to, whatever its address is now. */
  get server(): string {
    return this.#kept.given.server;
  }

  reach(): Reach {
    const { addresses, authorities } = this.#kept;
    const trusted = authorities ?? this.#found ?? undefined;
    return { server: addresses[this.#at] ?? this.server, authorities: trusted, isPinned: trusted !== undefined };
  }

  /** Does what the first request needs; it may be called again. */
  async prepare(signal?: AbortSignal): Promise<void> {
    if (this.#found === null) await this.#find(signal);
  }

  /**
   * Finds the certificate of a pinned key, unless there is nothing to find. A connection that failed may have failed
   * because the server has a new certificate.
   */
  async #find(signal?: AbortSignal): Promise<void> {
    const { given, authorities } = this.#kept;
    if (given.pins.length === 0 || authorities !== null) return;
    this.#found = await pinnedAuthority(this.reach().server, given.pins, signal).catch((error: unknown) => {
      if (error instanceof CliError) throw error;
      throw new CliError(`cannot reach ${this.reach().server}: ${messageOf(error)}`, EXIT.unavailable);
    });
  }

  /** After a failed connection: reads again what is kept, since an operator may have changed it, and takes the next address. */
  async turn(signal?: AbortSignal): Promise<void> {
    this.#kept = (await read(this.#file)) ?? this.#kept;
    this.#at = (this.#at + 1) % this.#kept.addresses.length;
    await this.#find(signal);
  }

  /**
   * Takes what the control plane says about itself, if it can be reached so: a mistake in its settings must not cut off
   * a whole fleet.
   *
   * @param answers whether the control plane answers at an address, known by what is to be kept.
   * @returns what to tell people; null when nothing changed.
   */
  async follow(told: Told, answers: (reach: Reach) => Promise<boolean>): Promise<string | null> {
    const next = this.#after(told);
    if (next === null)
      return 'the control plane tells addresses or authorities that are not valid; keeping those of before';
    if (isSame(next, this.#kept)) return null;
    const server = next.addresses[0] ?? this.server;
    const authorities = next.authorities ?? this.#found ?? undefined;
    if (!(await answers({ server, authorities, isPinned: authorities !== undefined })))
      return `the control plane does not answer at ${server} as it says; keeping the addresses and authorities of before`;
    const hasMoved = !isSame(next.addresses, this.#kept.addresses);
    this.#kept = next;
    this.#at = 0;
    await this.#write();
    return hasMoved
      ? `the control plane is now at ${next.addresses.join(', ')}`
      : 'the control plane has other authorities';
  }

  /** What would be kept; null for what is not valid. A server that was reached by TLS cannot say to do without. */
  #after({ addresses, authorities }: Told): Kept | null {
    if (addresses.length > ADDRESSES_MAX) return null;
    const certificates = authorities === null ? null : authoritiesIn(authorities);
    if (authorities !== null && certificates === null) return null;
    const isSecure = this.server.startsWith('https:');
    try {
      const parsed = [...new Set(addresses.map(parseServer))];
      if (isSecure && !parsed.every((address) => address.startsWith('https:'))) return null;
      const kept = parsed.length === 0 ? this.#kept.addresses : parsed;
      return { ...this.#kept, addresses: kept, authorities: (isSecure && certificates) || this.#kept.authorities };
    } catch {
      return null;
    }
  }

  async #write(): Promise<void> {
    await writePrivateFile(this.#file, `${JSON.stringify(this.#kept, null, 2)}\n`);
  }
}

/** The certificates of a text, and nothing else of it; null for none, too many, or one that cannot be read. */
function authoritiesIn(text: string): string | null {
  const found = text.length > AUTHORITIES_MAX_CHARACTERS ? [] : (text.match(CERTIFICATE) ?? []);
  if (found.length === 0 || found.length > AUTHORITIES_MAX) return null;
  try {
    for (const one of found) new X509Certificate(one);
    return found.map((one) => `${one.replaceAll('\r', '')}\n`).join('');
  } catch {
    return null;
  }
}

const isSame = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);

async function read(file: string): Promise<Kept | null> {
  try {
    const kept: Partial<Kept> | null = JSON.parse(await readFile(file, 'utf8'));
    const isOurs = kept?.version === 1 && Array.isArray(kept.addresses) && Array.isArray(kept.given?.pins);
    if (!isOurs) throw new Error(`${FILE} is not where an agent reaches its control plane`);
    return kept as Kept;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new CliError(`cannot use ${file}: ${messageOf(error)}`, EXIT.usage);
  }
}
