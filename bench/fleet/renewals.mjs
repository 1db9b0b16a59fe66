// Machines that renew their leases, in a process of their own, so that whoever measures beside them does not wait for
// them: `renewals.mjs ADDRESS RATE QUERY`, then a message with the tokens. Ends with its parent, or at the second message.
import { client } from '../event-loop/agents.mjs';
import { workers } from './changes.mjs';

const [address, rate, query] = process.argv.slice(2);
let isOver = false;
process.on('disconnect', () => process.exit(0));
const next = () => new Promise((resolve) => process.once('message', resolve));
const machines = (await next()).map((token) => client(address, token));
next().then(() => {
  isOver = true;
});
let at = 0;
const work = () => machines[at++ % machines.length].mutate(query);
process.send('began');
process.send(await workers(work, { perSecond: Number(rate), isOver: () => isOver }));
