import type { EventFact } from '../events/index.js';
import { kindOf } from '../platform/ids.js';
import { type Action, TARGET_TYPES, type TargetType } from './actions.js';
import type { AuditFact, EntryPlace } from './context.js';

/** The type of the events that say of any object that it changed. */
export const OBJECT_CHANGED = 'object.changed';

/** Of which kinds lists may look different now, and by what it is decided who may read the change's audit entry. */
export interface ObjectChange {
  readonly kinds: readonly TargetType[];
  /** Null for a change that has no audit entry, such as that of a node's conditions. */
  readonly entry: EntryPlace | null;
}

const { AGENT, API_CREDENTIAL, GROUP, JOIN_TOKEN, NODE, PROJECT, ROLE, ROLE_ASSIGNMENT, TOKEN, USER } = TARGET_TYPES;

/** Actions that change something else than their target, or nothing that a list shows: of those a fleet has many. */
const KINDS: { readonly [A in Action]?: readonly TargetType[] } = {
  'agent.enrollment_refused': [],
  'agent.logged_in': [],
  'group.deleted': [GROUP, ROLE_ASSIGNMENT],
  'node.joined': [NODE, AGENT, JOIN_TOKEN],
  'project.deleted': [PROJECT, ROLE_ASSIGNMENT],
  'role.deleted': [ROLE, ROLE_ASSIGNMENT],
  'session.opened': [TOKEN],
  'token.issued': [TOKEN],
  'token.refused': [],
  'tokens.revoked': [TOKEN],
  'user.deleted': [USER, GROUP, ROLE_ASSIGNMENT, API_CREDENTIAL],
  'user.disabled': [USER, TOKEN],
  'user.password_changed': [USER, TOKEN],
  'user.password_set': [USER, TOKEN],
};

/** No list shows uploads, of which routine makes many. */
const TYPES = Object.values(TARGET_TYPES).filter((type) => type !== TARGET_TYPES.UPLOAD);

/** What a transaction changed, by its audit entries and its events: each object once, told with the events. */
export class Changes {
  readonly #found = new Map<string, { readonly objectId: string; readonly change: ObjectChange }>();

  /** @param place As the entry of this fact was written. */
  audited({ action, target }: AuditFact, place: EntryPlace | undefined): void {
    if (target === undefined) return;
    const kinds = KINDS[action] ?? TYPES.filter((type) => type === target.type);
    this.#add(target.id, kinds, place ?? null);
  }

  /** These events, and one for each object that changed. */
  with(events: readonly EventFact[]): readonly EventFact[] {
    const audited = new Set([...this.#found.values()].map(({ objectId }) => objectId));
    for (const { objectId } of events) {
      const type = TYPES.find((one) => one === kindOf(objectId));
      if (type !== undefined && !audited.has(objectId)) this.#add(objectId, [type], null);
    }
    const facts = [...this.#found.values()].map(({ objectId, change }) => {
      return { type: OBJECT_CHANGED, objectId, details: { ...change } };
    });
    return [...events, ...facts];
  }

  #add(objectId: string, kinds: readonly TargetType[], entry: EntryPlace | null): void {
    if (kinds.length === 0) return;
    const key = JSON.stringify([objectId, entry]);
    const before = this.#found.get(key)?.change.kinds ?? [];
    this.#found.set(key, { objectId, change: { kinds: [...new Set([...before, ...kinds])], entry } });
  }
}
