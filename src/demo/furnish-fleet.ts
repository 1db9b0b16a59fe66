import { mutate, request } from '../cli/common/client.js';
import type { Connection } from '../cli/common/connection.js';
import { CliError } from '../cli/common/errors.js';
import {
  BanAgentDocument,
  CreateAgentDocument,
  CreateAllowlistDocument,
  CreateJoinTokenDocument,
  CreateNodeDocument,
  ProjectDocument,
  PublishAllowlistRevisionDocument,
  SetProjectOperatorsDocument,
} from '../generated/documents.js';
import type { Callers } from './callers.js';
import { ADMIN, onProject, STAFF, SYSTEM, TENANTS_PEOPLE } from './cast.js';
import { contentOf } from './files.js';
import { AWAITED, LISTS, type List, MACHINES, type Machine, SHOPS_LIST, TENANTS_MACHINE } from './fleet-cast.js';
import { inDays } from './furnish-people.js';
import type { SimulatedMachine } from './machines/simulated.js';

/** The project of the agents of nodes. */
const OPERATORS = { inDomain: { name: 'default', domain: 'default' } };
const STOREFRONT = onProject('acme', 'storefront');

/** Allowlists with their revisions, and machines that join and attest: each as far as its story says. */
export async function furnishFleet(callers: Callers, machines: ReadonlyMap<string, SimulatedMachine>): Promise<void> {
  await makeOperators(await callers.as(ADMIN, SYSTEM));
  const operator = await callers.as(STAFF.olivia, SYSTEM);
  for (const list of LISTS) await publish(operator, list);
  await publish(await callers.as(TENANTS_PEOPLE.mia, STOREFRONT), SHOPS_LIST);
  for (const machine of MACHINES) await join(operator, machine, machines.get(machine.name));
  await createAwaited(operator);
  await furnishTenants(callers, machines.get(TENANTS_MACHINE.name));
  const banned = MACHINES.find(({ story }) => story === 'banned');
  const agent = { inProject: { name: banned?.name ?? '', project: 'default', domain: 'default' } };
  const reason = 'stolen from the lobby';
  await mutate(await callers.as(ADMIN, SYSTEM), BanAgentDocument, { agent, reason });
}

async function makeOperators(connection: Connection): Promise<void> {
  const { item } = await request(connection, ProjectDocument, { ref: OPERATORS });
  if (item === null) throw new CliError('there is no project default');
  await mutate(connection, SetProjectOperatorsDocument, { project: OPERATORS, etag: item.etag, isOperators: true });
}

async function publish(connection: Connection, { name, description, revisions }: List): Promise<void> {
  const content = (count: number) => ({ content: contentOf(...revisions.slice(0, count).flat()) });
  const created = { name, description, imaPolicy: content(1) };
  let { allowlist } = await mutate(connection, CreateAllowlistDocument, created, 'allowlist');
  for (let count = 2; count <= revisions.length; count += 1) {
    const input = { allowlist: { id: allowlist.id }, etag: allowlist.etag, imaPolicy: content(count) };
    ({ allowlist } = await mutate(connection, PublishAllowlistRevisionDocument, input, 'allowlist'));
  }
}

/** A token for one machine, which joins with it. */
async function join(operator: Connection, given: Machine, machine: SimulatedMachine | undefined): Promise<void> {
  const { name, list, labels, availability, address, tenants, story } = given;
  const input = {
    description: `for ${name}`,
    project: OPERATORS,
    nodeName: name,
    allowlist: { name: list },
    labels: Object.entries(labels).map(([key, value]) => ({ key, value })),
    availability,
    address,
    tenants: tenants?.map(([domain, project]) => ({ inDomain: { name: project, domain } })),
    expiresAt: inDays(7),
  };
  const { token } = await mutate(operator, CreateJoinTokenDocument, input, 'token');
  await machine?.join(token);
  if (story === 'silent') return;
  await machine?.agent.attest();
  for (const duty of machine?.duties ?? []) await duty.run();
}

/** A node that waits, and tokens that nobody used yet. */
async function createAwaited(operator: Connection): Promise<void> {
  const { name, address, description } = AWAITED;
  await mutate(operator, CreateNodeDocument, { name, address, description });
  const common = { project: OPERATORS, expiresAt: inDays(7) };
  await mutate(operator, CreateJoinTokenDocument, { ...common, description: `for ${name}`, node: { name } });
  const more = { description: 'for more at the edge', nodeName: 'edge-x{n}', uses: 20, allowlist: { name: 'edge' } };
  await mutate(operator, CreateJoinTokenDocument, { ...common, ...more });
}

/** Machines that tenants have for themselves: one attests, and one is only announced. */
async function furnishTenants(callers: Callers, machine: SimulatedMachine | undefined): Promise<void> {
  const shop = await callers.as(TENANTS_PEOPLE.mia, STOREFRONT);
  const { name } = TENANTS_MACHINE;
  const input = { name, tpmKind: 'VIRTUAL', allowlist: { name: SHOPS_LIST.name } } as const;
  const { enrollmentToken } = await mutate(shop, CreateAgentDocument, input, 'enrollmentToken');
  await machine?.join(enrollmentToken);
  await machine?.agent.attest();
  const imaging = await callers.as(TENANTS_PEOPLE.ida, onProject('orbit', 'imaging'));
  await mutate(imaging, CreateAgentDocument, { name: 'dish-1', externalId: 'kourou-7' });
}
