import { type PolicyView, readPolicy } from './runtime-policy.js';

/** The content of a revision, as it is compared. */
export interface Content {
  /** Null where there is none, and where it is too large to be read. */
  readonly imaPolicy: string | null;
  readonly imaPolicySize: number | null;
  readonly imaPolicyExcludes: readonly string[] | null;
  readonly tpmPcrs: readonly PcrRule[] | null;
  readonly vtpmPcrs: readonly PcrRule[] | null;
}

interface PcrRule {
  readonly pcr: number;
  readonly values: readonly string[];
}

/** One thing that is other than before. */
export interface Change {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly name: string;
  /** Values that are there no more. */
  readonly before: readonly string[];
  /** Values that are new. */
  readonly after: readonly string[];
}

/** What is other in one part of a revision. */
export interface Section {
  readonly title: string;
  /** The first of them. */
  readonly changes: readonly Change[];
  /** How many there are in all. */
  readonly total: number;
}

/** How many changes of each part are shown. */
export const SHOWN_MAX = 200;

type Table = ReadonlyMap<string, ReadonlySet<string>>;

/** What is other in a revision than in one before; null where a list is too large to be read, or is none. */
export function differenceOf(before: Content, after: Content): readonly Section[] | null {
  const was = viewOf(before);
  const is = viewOf(after);
  if (was === null || is === null) return null;
  const excludes = (view: PolicyView, content: Content): Table =>
    new Map([...view.excludes, ...(content.imaPolicyExcludes ?? [])].map((pattern) => [pattern, NONE]));
  const sections = [
    sectionOf('Files', was.digests, is.digests),
    sectionOf('Excludes', excludes(was, before), excludes(is, after)),
    sectionOf('Keyrings', was.keyrings, is.keyrings),
    sectionOf('PCRs of physical TPMs', pcrsOf(before.tpmPcrs), pcrsOf(after.tpmPcrs)),
    sectionOf('PCRs of virtual TPMs', pcrsOf(before.vtpmPcrs), pcrsOf(after.vtpmPcrs)),
  ];
  return sections.filter(({ total }) => total > 0);
}

const NONE: ReadonlySet<string> = new Set();

/** Whether a list was left out of an answer for its size. */
export const isTooLarge = ({ imaPolicy, imaPolicySize }: Pick<Content, 'imaPolicy' | 'imaPolicySize'>): boolean =>
  imaPolicy === null && imaPolicySize !== null;

const viewOf = (content: Content): PolicyView | null =>
  isTooLarge(content) ? null : readPolicy(content.imaPolicy ?? '');

const pcrsOf = (rules: readonly PcrRule[] | null): Table =>
  new Map((rules ?? []).map(({ pcr, values }) => [`PCR ${pcr}`, new Set(values)]));

function sectionOf(title: string, before: Table, after: Table): Section {
  const changes: Change[] = [];
  let total = 0;
  const note = (change: Change) => {
    total += 1;
    if (changes.length < SHOWN_MAX) changes.push(change);
  };
  for (const [name, values] of after) {
    const known = before.get(name);
    if (known === undefined) note({ kind: 'added', name, before: [], after: [...values] });
    else {
      const gone = missing(known, values);
      const fresh = missing(values, known);
      if (gone.length + fresh.length > 0) note({ kind: 'changed', name, before: gone, after: fresh });
    }
  }
  for (const [name, values] of before)
    if (!after.has(name)) note({ kind: 'removed', name, before: [...values], after: [] });
  return { title, changes, total };
}

const missing = (values: ReadonlySet<string>, from: ReadonlySet<string>) => [...values].filter((one) => !from.has(one));

/** How much is other, in a few words. */
export function inShort(sections: readonly Section[]): string {
  if (sections.length === 0) return 'Nothing is different.';
  return sections.map(({ title, total }) => `${title}: ${total.toLocaleString('en')} different`).join('. ');
}
