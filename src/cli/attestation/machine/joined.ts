import { PlaceDocument, RenewNodeLeaseDocument, ReportNodeFactsDocument } from '../../../generated/documents.js';
import { mutate, request } from '../../common/client.js';
import type { Connection } from '../../common/connection.js';
import { isTransient } from '../../common/errors.js';
import { readVersion } from '../../common/version.js';
import type { Duty } from './duties.js';
import { type Facts, readFacts } from './facts.js';
import type { MachineAgent } from './machine-agent.js';
import type { KeptPlace } from './place.js';

/** How often an agent asks where its control plane is. */
const FOLLOW_MS = 60_000;
/** How often it reports facts: they are for people, and change seldom. */
const FACTS_MS = 600_000;

/** What an agent that joined does between attestations. */
export const joinedDuties = (agent: MachineAgent, place: KeptPlace, say: (line: string) => void): readonly Duty[] => [
  lease(agent),
  facts(agent, () => readFacts(readVersion())),
  following(agent, place, say),
];

/** Keeps the node's lease, as often as the control plane says; its clock and this machine's need not agree. */
export const lease = (agent: MachineAgent): Duty => ({
  name: 'renewing the lease',
  async run() {
    const { renewAfterSeconds } = await agent.authenticated((connection) =>
      mutate(connection, RenewNodeLeaseDocument, {}, 'renewAfterSeconds'),
    );
    return renewAfterSeconds * 1000;
  },
});

/** Reports what is read of a machine. */
export const facts = (agent: MachineAgent, read: () => Promise<Facts>): Duty => ({
  name: 'reporting facts',
  async run() {
    const { bootedAt, addresses, ...found } = await read();
    const input = { ...found, addresses: [...addresses], bootedAt: bootedAt.toISOString() };
    await agent.authenticated((connection) => mutate(connection, ReportNodeFactsDocument, input));
    return FACTS_MS;
  },
});

/** Follows the control plane to other addresses and authorities. */
function following(agent: MachineAgent, place: KeptPlace, say: (line: string) => void): Duty {
  return {
    name: 'following the control plane',
    async run() {
      const { item } = await agent.authenticated((connection) => request(connection, PlaceDocument, {}));
      const told = { addresses: item?.apiAddresses ?? [], authorities: item?.apiAuthorities ?? null };
      const news = await place.follow(told, answers);
      if (news !== null) say(news);
      return FOLLOW_MS;
    },
  };
}

/** Whether a control plane answers there: whoever it is that asks, and so without a token, which a stranger could keep. */
async function answers(connection: Connection): Promise<boolean> {
  try {
    await request({ ...connection, timeoutMs: 15_000 }, PlaceDocument, {});
    return true;
  } catch (error) {
    return !isTransient(error);
  }
}
