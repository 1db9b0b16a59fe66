import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { EntryForm, Place, Seal, SignedPlace } from '../../audit/chain/index.js';
import { CliError, EXIT, messageOf } from '../common/errors.js';
import { readTextFile } from '../common/files.js';

/** Seals checked at once: the range in which swapped entries are recognized. */
const PAGE = 1000;
const HEAD_MAX_BYTES = 64 * 1024;

const place = { seq: z.number().int().nonnegative(), hash: z.string() };
const signed = z.object({ ...place, signedAt: z.string(), keyId: z.string(), signature: z.string() });
// The hash covers every field of an entry, so none is dropped here.
const entry = z.looseObject({ id: z.string() }) as unknown as z.ZodType<EntryForm>;
const LINE = z.union([
  z.strictObject({ before: z.object(place) }),
  z.strictObject({ trim: signed }),
  z.strictObject({ seal: z.object({ ...place, entryId: z.string(), entry: entry.nullable() }) }),
  z.strictObject({ head: signed }),
]);
type Line = z.infer<typeof LINE>;

/** The beginning of an export, or a page of its seals with their heads. */
export type Part = { readonly before: Place } | { readonly trim: SignedPlace } | { readonly seals: readonly Seal[] };

/** @throws CliError when the file cannot be read, or a line has another format. */
export async function* readExport(file: string): AsyncGenerator<Part> {
  let seals: Seal[] = [];
  let isFirst = true;
  for await (const line of readLines(file)) {
    if ('before' in line || 'trim' in line) {
      // Anywhere else it would let the chain skip removed entries.
      if (!isFirst) throw new CliError(`${file}: only the first line may say where the export begins`, EXIT.usage);
      yield line;
    } else if ('seal' in line) {
      if (seals.length === PAGE) {
        yield { seals };
        seals = [];
      }
      seals.push({ ...line.seal, head: null });
    } else {
      const last = seals.pop();
      if (last) seals.push({ ...last, head: line.head });
    }
    isFirst = false;
  }
  yield { seals };
}

async function* readLines(file: string): AsyncGenerator<Line> {
  let number = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      yield LINE.parse(JSON.parse(text));
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      throw new CliError(`${file}: line ${number} is not a line of an export`, EXIT.usage);
    throw new CliError(`cannot read ${file}: ${messageOf(error)}`, EXIT.usage);
  }
}

/** Reads a kept head: the output of `audit head -o json`, or a line of an export. */
export async function readKeptHead(file: string): Promise<Place> {
  const text = await readTextFile(file, HEAD_MAX_BYTES);
  try {
    const value = z.union([z.object({ head: signed }), signed]).parse(JSON.parse(text));
    return 'head' in value ? value.head : value;
  } catch {
    throw new CliError(`${file} does not contain a head`, EXIT.usage);
  }
}
