import { ClipboardCheck, FolderTree, ListChecks, type LucideIcon, Server, Sunrise } from 'lucide-react';

/** A place of the navigation. */
export interface Noun {
  readonly title: string;
  readonly group: 'Fleet' | 'Access' | null;
  readonly path: readonly string[];
  readonly icon: LucideIcon;
  /** The policy of the place's list: whom it allows nothing does not see the place. Null for everybody's. */
  readonly policy: string | null;
}

/** The places, in the order in which they are shown. */
export const NOUNS: readonly Noun[] = [
  { title: 'Now', group: null, path: [], icon: Sunrise, policy: null },
  { title: 'Agents', group: 'Fleet', path: ['agents'], icon: Server, policy: 'agent:get' },
  { title: 'Allowlists', group: 'Fleet', path: ['allowlists'], icon: ListChecks, policy: 'allowlist:get' },
  {
    title: 'Attestations',
    group: 'Fleet',
    path: ['attestations'],
    icon: ClipboardCheck,
    policy: 'attestation_result:get',
  },
  { title: 'Projects', group: 'Access', path: ['projects'], icon: FolderTree, policy: 'project:get' },
];
