import type { CreateJoinTokenMutationVariables } from '../../generated/documents.js';
import { domainOwned, labelsOf, linesOf, listed, projectOwned } from '../../kit/typed-refs.js';

type Typed = Readonly<Record<string, string | undefined>>;
type Input = CreateJoinTokenMutationVariables['input'];

const HOUR_MS = 3_600_000;

/** How long a join token can be made for, in hours. */
export const LIFETIMES = [
  ['1', 'an hour'],
  ['24', 'a day'],
  ['168', 'a week'],
  ['720', '30 days'],
] as const;

const projectRef = (typed: string) => domainOwned('prj', typed);

/** Whose workloads the nodes take: nothing said means all, and for a waiting node what it has. */
function tenantsOf(choice: string | undefined, projects: string | undefined) {
  if (choice === 'none') return [];
  return choice === 'these' ? listed(projects).map(projectRef) : undefined;
}

/** The input of the mutation, from what was typed. */
export const inputOf = (typed: Typed, now: number): Input => ({
  description: typed.description,
  project: projectRef(typed.project ?? ''),
  nodeName: typed.nodePattern,
  ...(typed.node !== undefined && { node: { name: typed.node } }),
  address: typed.address,
  uses: Number(typed.uses ?? 1),
  expiresAt: new Date(now + Number(typed.expiresAt ?? 24) * HOUR_MS).toISOString(),
  labels: labelsOf(linesOf(typed.labels)),
  tenants: tenantsOf(typed.tenants, typed.projects),
  ...(typed.allowlist !== undefined && { allowlist: projectOwned('alw', typed.allowlist) }),
  ...(typed.availability !== undefined && { availability: typed.availability as Input['availability'] }),
  tpmKind: typed.tpmKind as Input['tpmKind'],
});

/** Loopback needs no certificate; everything else is recognized by its authority's. */
export const isPlain = (server: string) => server.startsWith('http:');

/** The command that brings a machine into the fleet; the token is in a file, never in the command. */
export const joinCommand = (server: string): string =>
  [
    'bailiwick agent join',
    `--server ${server}`,
    ...(isPlain(server) ? [] : ['--ca-file ca.pem']),
    '--token-file join.token',
  ].join(' ');
