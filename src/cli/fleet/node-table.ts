import {
  type FactsFragment,
  type NodeConditionType,
  NodeDocument,
  type NodeFragment,
} from '../../generated/documents.js';
import { nodeRef } from '../common/refs.js';
import type { Resource } from '../common/resource.js';
import { get, type Session } from '../common/session.js';
import { formatObject, type Table } from '../common/table.js';
import { print } from '../common/terminal.js';

export const findNode = (session: Session, text: string) => get(session, NodeDocument, { ref: nodeRef(text) }, 'node');

/** What a condition says, as one word: yes, or why not. */
const condition =
  (type: NodeConditionType) =>
  ({ conditions }: NodeFragment): string => {
    const found = conditions.find((one) => one.type === type);
    return found === undefined ? '-' : found.status === 'TRUE' ? 'yes' : found.reason;
  };

const labels = ({ labels: all }: NodeFragment) => all.map(({ key, value }) => `${key}=${value}`);
const tenants = ({ tenants: all }: NodeFragment) => {
  if (all === null) return 'any';
  return all.length === 0 ? 'none' : all.map(({ name }) => name);
};
const failures = ({ conditions }: NodeFragment) => conditions.flatMap(({ failureCodes }) => failureCodes);

const COLORS = { yes: 'green', FAILED: 'red', BANNED: 'red', LEASE_EXPIRED: 'red', STALE: 'yellow' } as const;

type Found = Awaited<ReturnType<typeof findNode>>;

export const NODE: Resource<'node', NodeFragment, Found> = {
  noun: 'node',
  plural: 'nodes',
  columns: [
    ['Name', 'name'],
    ['Ready', condition('READY'), COLORS],
    ['Attested', condition('ATTESTED'), COLORS],
    ['Availability', 'availability'],
    ['Address', 'address'],
  ],
  wide: [
    ['Failures', failures],
    ['Agent', 'agent.name'],
    ['Origin', 'origin'],
    ['Tenants', tenants],
    ['Labels', labels],
    ['Last heard', 'leaseRenewedAt'],
    ['Created', 'createdAt'],
    ['Id', 'id'],
  ],
  more: [
    ['Description', 'description'],
    ['Lease holder', 'leaseHolder.name'],
    ['Leased until', 'leasedUntil'],
    ['Updated', 'updatedAt'],
  ],
  find: findNode,
};

const FACTS: Table<FactsFragment> = {
  columns: [
    ['System', 'os'],
    ['Kernel', 'kernel'],
    ['Architecture', 'architecture'],
    ['Cpus', 'cpus'],
    ['Memory', 'memoryBytes'],
    ['Disk', 'diskBytes'],
    ['Own addresses', 'addresses'],
    ['Booted', 'bootedAt'],
    ['Agent version', 'agentVersion'],
    ['Reported', 'lastReportedAt'],
  ],
};

/** What the machine says of itself, apart from what operators say. */
export function printFacts({ facts }: Found): void {
  if (facts === null) return;
  print('Its machine reports:');
  print(formatObject({ format: 'table' }, facts, FACTS));
}
