// P17: changes of rights beside a fleet. Whatever changes a right holds the epoch alone, and other changes share it: whether those
// starve these is seen beside the same server with the shared lock taken out, under the same load.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/prepare.mjs';
import { client } from './event-loop/agents.mjs';
import { quantile, timesBeside, workers } from './fleet/changes.mjs';
import { AT_ONCE, fleetOf, PROJECTS } from './fleet/machines.mjs';
import { builtTree } from './fleet/tree.mjs';
import { rounded } from './measure.mjs';
import { withPostgres } from './postgres.mjs';
import { agentId } from './seed-fleet.mjs';

export const title = 'changes of rights beside a fleet at half of what the server can do';

const AGENTS = 4_000;
const ROUNDS = 3;
/** Of each change of rights in a round. */
const CHANGES = 150;
const CAPACITY_SECONDS = 5;
const [SHARED, NONE] = ['for share`', '`'];

const CREATE_USER =
  'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }';
const GRANT =
  'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roleAssignment { id } userErrors { message } } }';
const BAN = 'mutation ($input: BanAgentInput!) { banAgent(input: $input) { agent { id } userErrors { message } } }';
const BIND =
  'mutation ($input: BindAllowlistInput!) { bindAllowlist(input: $input) { agent { id } userErrors { message } } }';

export async function run() {
  const unlocked = builtTree('HEAD');
  if (unlocked === null)
    return 'Not measured: the server without the lock is built from the history of the repository.';
  takeOut(unlocked.path);
  try {
    return await withPostgres(async (url) => {
      const servers = [];
      try {
        for (const [name, tree] of [
          ['as it is', root],
          ['without the shared lock', unlocked.path],
        ])
          servers.push(await prepared(url, tree, name));
        return table(await measured(servers), servers);
      } finally {
        for (const { fleet } of servers) await fleet.stop();
      }
    });
  } finally {
    unlocked.remove();
  }
}

/** Makes the shared lock of the epoch a plain read. */
function takeOut(tree) {
  const file = join(tree, 'dist/authority/epoch.js');
  const text = readFileSync(file, 'utf8');
  if (!text.includes(SHARED)) throw new Error('The shared lock is not where it was.');
  writeFileSync(file, text.replace(SHARED, NONE));
}

async function prepared(url, tree, name) {
  const fleet = await fleetOf(url, tree, name.replaceAll(' ', '_'), AGENTS);
  const { address, seeded } = fleet;
  const domain = client(address, seeded.domainReader);
  const projects = seeded.readers.map((token) => client(address, token));
  const users = [];
  for (let n = 0; n * (PROJECTS - 1) < CHANGES * ROUNDS * 2; n += 1)
    users.push((await domain.mutate(CREATE_USER, { name: `user-${n}`, password: 'long enough for all' })).user.id);
  let [granted, banned, bound] = [0, 0, 0];
  const grant = () => {
    const [user, project] = [users[Math.floor(granted / (PROJECTS - 1))], seeded.projects[granted % (PROJECTS - 1)]];
    granted += 1;
    const scope = { project: { id: project } };
    return domain.mutate(GRANT, { user: { id: user }, role: { name: 'reader' }, scope });
  };
  const ban = () => {
    banned += 1;
    return projects[banned % (PROJECTS - 1)].mutate(BAN, { agent: { id: agentId(banned) } });
  };
  const waiting = [...fleet.machines];
  const attest = async () => {
    const machine = waiting.shift();
    await machine.attest();
    waiting.push(machine);
  };
  const bind = () => {
    bound += 1;
    const n = AGENTS - (bound % (AGENTS / 4));
    const allowlist = Math.floor(bound / (AGENTS / 4)) % 2 ? { id: seeded.list } : null;
    return projects[n % (PROJECTS - 1)].mutate(BIND, { agent: { id: agentId(n) }, allowlist });
  };
  return { name, fleet, grant, ban, loads: { 'machines that attest': attest, 'changes that share the lock': bind } };
}

async function measured(servers) {
  const [first] = servers;
  const found = [];
  for (const load of Object.keys(first.loads)) {
    for (const { loads } of servers) await workers(loads[load], { seconds: 2 });
    const capacity = (await workers(first.loads[load], { seconds: CAPACITY_SECONDS })) / CAPACITY_SECONDS;
    const times = servers.map(() => ({ grantRole: [], banAgent: [] }));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [index, { grant, ban, loads }] of servers.entries()) {
        const beside = { work: loads[load], perSecond: capacity / 2 };
        const found = await timesBeside({ grantRole: grant, banAgent: ban }, CHANGES, beside);
        for (const [name, some] of Object.entries(found)) times[index][name].push(...some);
      }
    found.push({ load, rate: capacity / 2, times });
  }
  return found;
}

function table(found, servers) {
  const rows = found.flatMap(({ load, rate, times }) =>
    ['grantRole', 'banAgent'].map((change) => {
      const [own, other] = times.map((one) => [0.5, 0.99].map((share) => quantile(one[change], share)));
      const shown = [own, other].map(([half, most]) => `${rounded(half)} / ${rounded(most)}`).join(' | ');
      return `| ${load}, ${rounded(rate)} a second | \`${change}\` | ${shown} | ${rounded(own[1] / other[1])} × |`;
    }),
  );
  return [
    `| Load | Change | ${servers.map(({ name }) => name).join(' | ')} | p99 to it |`,
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Milliseconds, median / 99th percentile of ${CHANGES * ROUNDS} changes one after another, ${ROUNDS} rounds in turn; the load is half of what the server`,
    `as it is did before, ${AT_ONCE} at a time, on Postgres with all on one machine. What machines report as routine takes no lock of the epoch.`,
  ].join('\n');
}
