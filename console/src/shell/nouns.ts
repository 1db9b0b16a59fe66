import {
  Building2,
  CircleUserRound,
  ClipboardCheck,
  FolderTree,
  HardDrive,
  KeyRound,
  ListChecks,
  type LucideIcon,
  PlugZap,
  Scale,
  ScrollText,
  Server,
  Shield,
  Sunrise,
  UserRoundCheck,
  UserSearch,
  Users,
  UsersRound,
} from 'lucide-react';

/** A place of the navigation. */
export interface Noun {
  readonly title: string;
  readonly group: 'Fleet' | 'Access' | 'Oversight' | null;
  readonly path: readonly string[];
  readonly icon: LucideIcon;
  /** The policy of the place's list: whom it allows nothing does not see the place. Null for everybody's. */
  readonly policy: string | null;
  /** Whether the list can be asked for names that begin with a text. */
  readonly hasNames?: true;
}

/** The places, in the order in which they are shown. */
export const NOUNS: readonly Noun[] = [
  { title: 'Now', group: null, path: [], icon: Sunrise, policy: null },
  { title: 'Nodes', group: 'Fleet', path: ['nodes'], icon: HardDrive, policy: 'node:get', hasNames: true },
  { title: 'Join tokens', group: 'Fleet', path: ['join-tokens'], icon: PlugZap, policy: 'join_token:get' },
  { title: 'Agents', group: 'Fleet', path: ['agents'], icon: Server, policy: 'agent:get', hasNames: true },
  {
    title: 'Allowlists',
    group: 'Fleet',
    path: ['allowlists'],
    icon: ListChecks,
    policy: 'allowlist:get',
    hasNames: true,
  },
  {
    title: 'Attestations',
    group: 'Fleet',
    path: ['attestations'],
    icon: ClipboardCheck,
    policy: 'attestation_result:get',
  },
  { title: 'People', group: 'Access', path: ['users'], icon: Users, policy: 'user:get', hasNames: true },
  { title: 'Groups', group: 'Access', path: ['groups'], icon: UsersRound, policy: 'group:get', hasNames: true },
  { title: 'Roles', group: 'Access', path: ['roles'], icon: Shield, policy: 'role:get', hasNames: true },
  { title: 'Assignments', group: 'Access', path: ['assignments'], icon: UserRoundCheck, policy: 'assignment:list' },
  { title: 'Who may what', group: 'Access', path: ['rights'], icon: UserSearch, policy: 'permission:get' },
  {
    title: 'API credentials',
    group: 'Access',
    path: ['credentials'],
    icon: KeyRound,
    policy: 'api_credential:get',
    hasNames: true,
  },
  { title: 'Domains', group: 'Access', path: ['domains'], icon: Building2, policy: 'domain:get', hasNames: true },
  { title: 'Projects', group: 'Access', path: ['projects'], icon: FolderTree, policy: 'project:get', hasNames: true },
  { title: 'Your account', group: 'Access', path: ['account'], icon: CircleUserRound, policy: null },
  { title: 'Policies', group: 'Oversight', path: ['policies'], icon: Scale, policy: 'policy:get' },
  { title: 'Audit', group: 'Oversight', path: ['audit'], icon: ScrollText, policy: 'audit:list' },
];
