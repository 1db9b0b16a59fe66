import { isHashAlgorithm } from '../tpm/index.js';
import { parseListedDigest } from './digests.js';
import { type PolicyDraft, pathProblem } from './draft.js';
import { JsonReader } from './json-reader.js';
import type { PathTableBuilder } from './path-table-builder.js';
import type { TextWindow } from './text-window.js';

const FORMAT_VERSION = 1;
const MAX_DIGESTS_PER_PATH = 10_000;
const MAX_IGNORED_KEYRINGS = 100;

const SIGNED =
  'this is a signed policy (a DSSE envelope), whose signatures are not verified yet: verify them, and give the payload, as `jq -r .payload FILE | base64 -d` prints it';
const LEGACY =
  'this is a list of the form before runtime policies: convert it with `keylime_convert_runtime_policy -a FILE -o POLICY`, where FILE is what has the key hashes, and give the excludes beside it';

/** Keys of other file formats: such a file is refused as a whole, since nothing else in it would make sense. */
const OTHER_FORMS: Readonly<Record<string, string>> = {
  payload: SIGNED,
  payloadType: SIGNED,
  signatures: SIGNED,
  hashes: LEGACY,
  allowlist: LEGACY,
  exclude: LEGACY,
};

type MemberReaders = Readonly<Record<string, (reader: JsonReader, draft: PolicyDraft) => void>>;

/**
 * Reads a Keylime runtime policy of version 1 (docs/user_guide/runtime_ima of Keylime). Unknown and duplicate keys are
 * problems: otherwise a misspelt rule would silently have no effect.
 */
export function parseRuntimePolicyJson(text: TextWindow, draft: PolicyDraft): void {
  const reader = new JsonReader(text, draft.problems);
  if (reader.expects('object', 'an object')) {
    let hasDigests = false;
    reader.readObject((key) => {
      if (key === 'digests') hasDigests = true;
      if (Object.hasOwn(OTHER_FORMS, key)) {
        reader.problem(OTHER_FORMS[key] ?? '');
        draft.problems.throwIfAny();
      }
      readMember(key, POLICY, reader, draft);
    });
    if (!hasDigests) draft.problems.add({ pointer: '/digests', message: 'the key is missing' });
  }
  reader.finish();
}

function readMember(key: string, readers: MemberReaders, reader: JsonReader, draft: PolicyDraft): void {
  const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
  if (read !== undefined) {
    read(reader, draft);
  } else {
    reader.problem(`unknown key; the keys here are ${Object.keys(readers).join(', ')}`);
    reader.skipValue();
  }
}

/** A field without effect, accepted because Keylime writes it. */
function unused(field: string): MemberReaders[string] {
  return (reader, draft) => {
    reader.skipValue();
    draft.unusedFields.push(field);
  };
}

const META: MemberReaders = {
  version: (reader) => {
    if (reader.expects('scalar', 'a number') && reader.readScalar() !== FORMAT_VERSION) {
      reader.problem(`only version ${FORMAT_VERSION} of the format is understood`);
    }
  },
  generator: unused('meta.generator'),
  timestamp: unused('meta.timestamp'),
};

const IMA: MemberReaders = {
  ignored_keyrings: (reader, draft) => {
    readStrings(reader, (name) => {
      if (draft.ignoredKeyrings.length >= MAX_IGNORED_KEYRINGS) return `more than ${MAX_IGNORED_KEYRINGS} keyrings`;
      draft.ignoredKeyrings.push(name);
      return null;
    });
  },
  log_hash_alg: (reader, draft) => {
    if (!reader.expects('string', 'the name of a hash')) return;
    const name = reader.readText();
    if (isHashAlgorithm(name)) draft.unusedFields.push('ima.log_hash_alg');
    else reader.problem('must be sha1, sha256, sha384 or sha512');
  },
  dm_policy: (reader, draft) => {
    if (reader.kind() === 'scalar') {
      if (reader.readScalar() !== null) reader.problem('must be an object or null');
    } else if (reader.expects('object', 'an object or null')) {
      draft.hasDeviceMapperPolicy = true;
      reader.skipValue();
    }
  },
};

const POLICY: MemberReaders = {
  meta: (reader, draft) => readSection(META, reader, draft),
  release: unused('release'),
  digests: (reader, draft) => readTable(draft.files, reader, draft),
  excludes: (reader, draft) => readStrings(reader, (pattern) => draft.excludes.add(pattern)),
  keyrings: (reader, draft) => readTable(draft.keyrings, reader, draft),
  ima: (reader, draft) => readSection(IMA, reader, draft),
  'ima-buf': (reader, draft) => readTable(draft.buffers, reader, draft),
  'verification-keys': (reader, draft) => {
    const kind = reader.kind();
    reader.skipValue();
    // Keylime writes an empty string when there are none.
    draft.hasVerificationKeys = kind === 'string' ? reader.end > reader.start : kind !== 'scalar';
  },
};

function readSection(readers: MemberReaders, reader: JsonReader, draft: PolicyDraft): void {
  if (reader.expects('object', 'an object')) reader.readObject((key) => readMember(key, readers, reader, draft));
}

/** Reads an array of strings; `add` returns a sentence when one is wrong. */
function readStrings(reader: JsonReader, add: (text: string) => string | null): void {
  if (!reader.expects('array', 'an array of strings')) return;
  reader.readArray(() => {
    if (!reader.expects('string', 'a string')) return;
    const message = add(reader.readText());
    if (message !== null) reader.problem(message);
  });
}

/** Reads `{ "<name>": ["<hex>", …], … }` into a table, without creating a string for each name. */
function readTable(table: PathTableBuilder, reader: JsonReader, draft: PolicyDraft): void {
  if (!reader.expects('object', 'an object of names with arrays of digests')) return;
  let isAdded = false;
  const readDigest = (index: number): void => {
    if (!reader.expects('string', 'a digest in hex')) return;
    reader.readString();
    const size = parseListedDigest(reader.bytes, reader.start, reader.end, draft.digest);
    if (index === MAX_DIGESTS_PER_PATH) reader.problem(`a name has at most ${MAX_DIGESTS_PER_PATH} digests`);
    else if (typeof size === 'string') reader.problem(size);
    else if (isAdded) table.addDigest(draft.digest, size);
  };
  reader.readMembers(() => {
    const problem = pathProblem(reader.bytes, reader.start, reader.end);
    isAdded = problem === null && table.add(reader.bytes, reader.start, reader.end);
    if (!isAdded) reader.problem(problem ?? 'the path is listed twice');
    if (reader.expects('array', 'an array of digests')) reader.readArray(readDigest);
  });
}
