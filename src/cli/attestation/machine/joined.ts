import { PlaceDocument } from '../../../generated/documents.js';
import { request } from '../../common/client.js';
import type { Connection } from '../../common/connection.js';
import { isTransient } from '../../common/errors.js';
import type { Duty } from './duties.js';
import type { MachineAgent } from './machine-agent.js';
import type { KeptPlace } from './place.js';

/** How often an agent asks where its control plane is. */
const FOLLOW_MS = 60_000;

/** What an agent that joined does between attestations. */
export const joinedDuties = (agent: MachineAgent, place: KeptPlace, say: (line: string) => void): readonly Duty[] => [
  following(agent, place, say),
];

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
