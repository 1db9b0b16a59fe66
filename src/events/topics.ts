/** What somebody waits for, or what is said to have happened. */
export interface Topic {
  /** The type of event; null for any. */
  readonly type: string | null;
  /** The objects that it is about; null for all. */
  readonly objectIds: ReadonlySet<string> | null;
}

/** Postgres takes less than 8,000 bytes at a time. */
const SAID_BYTES_MAX = 7_000;

/** What is said of events: for each type one text, its name and the objects, or its name alone when they are too many. */
export function saidOf(facts: readonly { readonly type: string; readonly objectId: string }[]): string[] {
  const types = new Map<string, Set<string>>();
  for (const { type, objectId } of facts) types.set(type, (types.get(type) ?? new Set()).add(objectId));
  return [...types].map(([type, objectIds]) => {
    const said = [type, ...objectIds].join(' ');
    return Buffer.byteLength(said) > SAID_BYTES_MAX ? type : said;
  });
}

/** The topic that was said. */
export function topicIn(said: string): Topic {
  const [type = '', ...objectIds] = said.split(' ');
  return { type, objectIds: objectIds.length > 0 ? new Set(objectIds) : null };
}

/** Whether who waits for a topic is concerned by another one. */
export function isAbout(waited: Topic, happened: Topic): boolean {
  if (waited.type !== null && waited.type !== happened.type) return false;
  const { objectIds } = happened;
  if (waited.objectIds === null || objectIds === null) return true;
  for (const id of objectIds) if (waited.objectIds.has(id)) return true;
  return false;
}
