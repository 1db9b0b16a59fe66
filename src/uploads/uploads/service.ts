import {
  type Act,
  type Action,
  type Context,
  mayOn,
  mutate,
  once,
  type Principal,
  requireAllowed,
  requireOperation,
  type Sweep,
} from '../../authority/index.js';
import type { Db } from '../../db/open.js';
import { badInput, invalid, limitReached, notFound, unauthenticated } from '../../platform/errors.js';
import { type Id, newId } from '../../platform/ids.js';
import {
  ContentTooLarge,
  type PackedContent,
  packContent,
  type StoredContent,
  storeContent,
} from '../contents/index.js';
import { uploadCreate } from './policies.js';
import { findUpload, insertUpload, lockUsage, removeExpired, setFilled } from './repository.js';
import { type UploadRow, uploads } from './tables.js';

/** Content is also returned as a string, and a JavaScript string has at most 2^29 characters. */
export const UPLOAD_BYTES_MAX = 429_400_000;
/** What one caller may have at once, filled or not. */
const COUNT_MAX = 256;
const BYTES_MAX = 1024 * 1024 * 1024;
const LIFETIME_MS = 3_600_000;
/** After the expiry: whoever started to read an upload before it is done by then. */
const SWEPT_AFTER_MS = 600_000;
const SWEPT_AT_ONCE = 500;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export interface CreateUpload {
  /** In bytes. */
  readonly size: number;
  /** sha256:hex. */
  readonly digest: string;
  readonly requestId?: string | null | undefined;
}

/** Announces content. The caller then sends its bytes to `fillUpload`. */
export async function createUpload(context: Context, input: CreateUpload): Promise<UploadRow> {
  if (input.size < 0 || input.size > UPLOAD_BYTES_MAX)
    throw invalid(`An upload has at most ${UPLOAD_BYTES_MAX} bytes.`, 'size');
  if (!DIGEST.test(input.digest)) throw invalid('The digest of an upload must be sha256: and 64 hex digits.', 'digest');
  return mutate(context, { policy: uploadCreate.name }, async (act) => {
    const { id } = await once(act, 'Upload', input, () => announce(act, input));
    return ownUpload(act, id);
  });
}

async function announce(act: Act, { size, digest }: CreateUpload): Promise<Id<'Upload'>> {
  const { principal } = act.actor;
  if (principal === null) throw unauthenticated();
  const row: UploadRow = {
    id: newId('Upload'),
    userId: principal.kind === 'user' ? principal.id : null,
    agentId: principal.kind === 'agent' ? principal.id : null,
    size,
    digest,
    contentDigest: null,
    expiresAt: new Date(act.now.getTime() + LIFETIME_MS),
    createdAt: act.now,
  };
  requireAllowed(act, uploadCreate, row);
  await refuseBeyondLimits(act, principal, size);
  await insertUpload(act.tx, row);
  await audit(act, 'upload.created', row);
  return row.id;
}

async function refuseBeyondLimits({ tx, now }: Act, principal: Principal, size: number): Promise<void> {
  const { count, bytes, nextExpiry } = await lockUsage(tx, principal, now);
  const remedy = nextExpiry === null ? '' : ` Wait until the next expires, at ${nextExpiry.toISOString()}.`;
  if (count >= COUNT_MAX) throw limitReached(`A caller has at most ${COUNT_MAX} uploads at once.${remedy}`);
  if (bytes + size > BYTES_MAX) {
    throw limitReached(`The uploads of a caller have at most ${BYTES_MAX} bytes together.${remedy}`, 'size');
  }
}

/** Expired uploads, filled or not. */
export const uploadSweep: Sweep = {
  name: 'uploads',
  removes: [uploads],
  removeSome: ({ db, clock }) => removeExpired(db, new Date(clock.now().getTime() - SWEPT_AFTER_MS), SWEPT_AT_ONCE),
};

/**
 * Takes the bytes of an upload as they arrive. Filling it again with the same bytes changes nothing.
 * @throws Refusal BAD_USER_INPUT when there are more or fewer bytes than announced, or different ones.
 */
export async function fillUpload(context: Context, id: Id<'Upload'>, stream: AsyncIterable<Buffer>): Promise<void> {
  requireOperation(context, uploadCreate.name);
  const { size, digest } = await ownUpload(context, id);
  const { memory, actor } = context;
  await memory.lend(actor.principal?.id ?? null, async (lease) => {
    const packed = await packContent(stream, size, lease).catch((error: unknown) => {
      throw error instanceof ContentTooLarge
        ? badInput(`The upload has more than the ${size} bytes that were announced.`)
        : error;
    });
    await fillWith(context, id, packed, { size, digest });
  });
}

async function fillWith(
  context: Context,
  id: Id<'Upload'>,
  packed: PackedContent,
  { size, digest }: StoredContent,
): Promise<void> {
  if (packed.size !== size) throw badInput(`The upload has ${packed.size} bytes, but ${size} were announced.`);
  if (packed.digest !== digest) throw badInput(`The bytes have the digest ${packed.digest}, not ${digest}.`);
  await mutate(context, { policy: uploadCreate.name }, async (act) => {
    // Much time may have passed while the bytes arrived.
    const row = await ownUpload(act, id);
    if (row.contentDigest !== null) return act.unchanged(undefined);
    await setFilled(act.tx, row.id, await storeContent(act.tx, packed, act.now));
    await audit(act, 'upload.filled', row);
  });
}

/**
 * Finds the content of the caller's upload without loading it; `fillUpload` checked its digest and size. The upload
 * stays until it expires, so that a retry finds it again.
 * @param path The input field that names the upload.
 * @throws UserErrors INVALID when there is no such upload, or it is not filled.
 */
export async function findUploaded(from: Context | Act, id: Id<'Upload'>, ...path: string[]): Promise<StoredContent> {
  const row = await findOwn(from, id);
  if (row === undefined) throw invalid('There is no such upload, or it expired.', ...path);
  if (row.contentDigest === null) throw invalid('The upload has no content yet.', ...path);
  return { digest: row.contentDigest, size: row.size };
}

async function ownUpload(from: Context | Act, id: Id<'Upload'>): Promise<UploadRow> {
  const row = await findOwn(from, id);
  if (row === undefined) throw notFound('upload');
  return row;
}

/** Undefined for an upload that is missing, expired or somebody else's. */
async function findOwn(from: Context | Act, id: Id<'Upload'>): Promise<UploadRow | undefined> {
  const row = await findUpload(databaseOf(from), id);
  const now = 'tx' in from ? from.now : from.clock.now();
  if (row === undefined || row.expiresAt <= now) return undefined;
  return mayOn(from, uploadCreate, row) ? row : undefined;
}

function databaseOf(from: Context | Act): Db {
  return 'tx' in from ? from.tx : from.db;
}

function audit(act: Act, action: Action, { id, size, digest }: UploadRow): Promise<void> {
  return act.audit({ action, target: { type: 'Upload', id }, details: { size, digest } });
}
