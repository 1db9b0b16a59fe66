import {
  type AuthorizationContext,
  couldDo,
  type Feed,
  type Gathering,
  mayOn,
  OBJECT_CHANGED,
  type ObjectChange,
  TARGET_TYPES,
  type TargetType,
} from '../../authority/index.js';
import { amongThese, type Values } from '../../db/among.js';
import type { EventRow } from '../../events/index.js';
import type { ObjectKind } from '../../generated/graphql.js';
import { kindOf } from '../../platform/ids.js';
import { auditList } from '../entries/index.js';
import { mayRead, readingOf, rowsByIds, withRelations } from './readable.js';

interface Watch {
  readonly filter?:
    | { readonly kinds?: readonly ObjectKind[] | null | undefined; readonly ids?: Values }
    | null
    | undefined;
}

/** Ids in one answer at most. */
const IDS_MAX = 50;

/** No list shows uploads. */
type Told = Exclude<keyof typeof TARGET_TYPES, 'UPLOAD'>;
const NAMES = new Map(Object.entries(TARGET_TYPES).map(([name, type]) => [type, name as Told]));

/**
 * That objects changed which the caller may read, or whose change it may read in the audit log. So what was deleted is
 * told to who may read that it was.
 */
export const changeFeed: Feed<{ readonly id: string }, Watch> = {
  type: OBJECT_CHANGED,
  objects: rowsByIds,
  asksFor: ({ filter }) => filter?.ids,
  related: withRelations,
  gather({ filter }) {
    const isKind = amongThese(filter?.kinds);
    const isObject = amongThese(filter?.ids);
    return (authorization, load) => {
      const told = new ToldChanges(authorization, isKind);
      return {
        async add(events) {
          const left = events.filter((event) => isObject(event.objectId) && !told.byEntry(event));
          const objects = await load(left.filter((event) => told.isOpen(event)));
          for (const event of left) told.byObject(event, objects.get(event.objectId));
        },
        answer: () => told.answer(),
      };
    };
  },
};

/** What one answer tells a caller. */
class ToldChanges implements Pick<Gathering, 'answer'> {
  readonly #authorization: AuthorizationContext;
  readonly #isKind: (kind: unknown) => boolean;
  readonly #kinds = new Set<ObjectKind>();
  readonly #ids = new Set<string>();

  constructor(authorization: AuthorizationContext, isKind: (kind: unknown) => boolean) {
    this.#authorization = authorization;
    this.#isKind = isKind;
  }

  /** Tells a change whose audit entry the caller may read; false when it may not. */
  byEntry({ objectId, details }: EventRow): boolean {
    const { kinds, entry } = details as unknown as ObjectChange;
    if (entry === null || !mayOn(this.#authorization, auditList, entry)) return false;
    this.#tell(objectId, [...kinds.map(nameOf), 'AUDIT_ENTRY']);
    return true;
  }

  /** Whether the answer depends on whether the caller may read the object. */
  isOpen({ objectId, details }: EventRow): boolean {
    const type = kindOf(objectId) as TargetType;
    const { kinds } = details as unknown as ObjectChange;
    const name = nameOf(type);
    if (name === undefined || !kinds.includes(type) || !this.#isKind(name)) return false;
    return !(this.#kinds.has(name) && (this.#ids.has(objectId) || this.#ids.size > IDS_MAX));
  }

  /** Tells the change of an object that the caller may read, and what changed of the caller itself. */
  byObject({ objectId, details }: EventRow, object: { readonly id: string } | undefined): void {
    const { kinds } = details as unknown as ObjectChange;
    const isSelf = objectId === this.#authorization.actor.principal?.id;
    const readable = kinds.filter((type) => isSelf || this.#mayRead(type, objectId, object));
    this.#tell(objectId, readable.map(nameOf));
  }

  answer(): { readonly kinds: readonly ObjectKind[]; readonly ids: readonly string[] | null } | null {
    if (this.#kinds.size === 0) return null;
    return { kinds: [...this.#kinds].sort(), ids: this.#ids.size > IDS_MAX ? null : [...this.#ids] };
  }

  #mayRead(type: TargetType, objectId: string, object: { readonly id: string } | undefined): boolean {
    const reading = readingOf(this.#authorization.policies, type);
    if (!reading) return false;
    // Whoever may read any object of the type may read all.
    if (reading.table === undefined) return couldDo(this.#authorization, reading.read);
    return object !== undefined && kindOf(objectId) === type && mayRead(this.#authorization, reading.read, object);
  }

  #tell(objectId: string, kinds: readonly (ObjectKind | undefined)[]): void {
    const asked = kinds.filter((kind) => kind !== undefined && this.#isKind(kind)) as ObjectKind[];
    if (asked.length === 0) return;
    for (const kind of asked) this.#kinds.add(kind);
    // One more than are told shows that they are too many.
    if (this.#ids.size <= IDS_MAX) this.#ids.add(objectId);
  }
}

const nameOf = (type: TargetType): Told | undefined => (type === TARGET_TYPES.UPLOAD ? undefined : NAMES.get(type));
