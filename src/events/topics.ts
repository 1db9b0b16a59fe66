/** What a listener waits for, or what happened. */
export interface Topic {
  /** The type of event; null for any. */
  readonly type: string | null;
  /** The objects that changed; null for all. */
  readonly objectIds: ReadonlySet<string> | null;
}

/** Postgres takes less than 8,000 bytes per notification. */
const SAID_BYTES_MAX = 7_000;

/** The notifications for events: one text per type, its name and the objects, or only its name for too many objects. */
export function saidOf(facts: readonly { readonly type: string; readonly objectId: string }[]): string[] {
  const types = new Map<string, Set<string>>();
  for (const { type, objectId } of facts) types.set(type, (types.get(type) ?? new Set()).add(objectId));
  return [...types].map(([type, objectIds]) => {
    const said = [type, ...objectIds].join(' ');
    return Buffer.byteLength(said) > SAID_BYTES_MAX ? type : said;
  });
}

/** The topic of a notification. */
export function topicIn(said: string): Topic {
  const [type = '', ...objectIds] = said.split(' ');
  return { type, objectIds: objectIds.length > 0 ? new Set(objectIds) : null };
}

/** Whether a listener that waits for one topic must wake for another. */
export function isAbout(waited: Topic, happened: Topic): boolean {
  if (waited.type !== null && waited.type !== happened.type) return false;
  const { objectIds } = happened;
  if (waited.objectIds === null || objectIds === null) return true;
  for (const id of objectIds) if (waited.objectIds.has(id)) return true;
  return false;
}
