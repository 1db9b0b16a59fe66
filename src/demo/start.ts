import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { untilStopped } from '../cli/attestation/machine-options.js';
import { readVersion } from '../cli/common/version.js';
import type { Config } from '../config/config.js';
import { demoFolder, readDemoConfig } from '../config/demo-config.js';
import { type Served, serveAs } from '../process/serve.js';
import { Callers } from './callers.js';
import { ADMIN, STAFF, TENANTS_PEOPLE } from './cast.js';
import { MACHINES, type Story, TENANTS_MACHINE } from './fleet-cast.js';
import { type DemoFolder, openDemoFolder, removeDemoFolder } from './folder.js';
import { furnishFleet } from './furnish-fleet.js';
import { furnishPeople } from './furnish-people.js';
import { furnishStory } from './furnish-story.js';
import { live } from './live.js';
import { SimulatedMachine } from './machines/simulated.js';

/** The longest pause between two machines that begin, so that they do not all attest at the same moments. */
const APART_MS = 2000;

/**
 * Runs a server with a fleet of simulated machines until a signal. Resolves once everything is made and the machines
 * live. All that it makes, it makes through the API of the server, as people and machines do.
 *
 * @throws ConfigError, CannotStart, CliError.
 */
export async function startDemo(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const config = readDemoConfig(environment);
  const folder = await openWhole(demoFolder(environment));
  const served = await serveAs(config);
  const signal = untilStopped();
  // Each machine waits with it, and each of its requests.
  setMaxListeners(0, signal);
  try {
    const machines = await bootAll(folder, served, signal);
    if (!folder.isFurnished()) await furnish(folder, served, config, machines);
    say(folder, machines);
    liveAll(machines, config, signal);
  } catch (error) {
    if (signal.aborted) return;
    await served.stop();
    throw error;
  }
}

/** The folder of the demo; one whose making was interrupted is made anew, since nobody has used it. */
async function openWhole(path: string): Promise<DemoFolder> {
  const folder = openDemoFolder(path);
  if (folder.isFurnished()) return folder;
  await removeDemoFolder(path);
  return openDemoFolder(path);
}

type Machines = ReadonlyMap<string, SimulatedMachine>;

async function bootAll({ machines: folder, seed }: DemoFolder, { address }: Served, signal: AbortSignal) {
  const common = { folder, seed, server: address, signal };
  const machines = new Map<string, SimulatedMachine>();
  for (const [index, { name, files }] of MACHINES.entries())
    machines.set(name, await SimulatedMachine.boot({ ...common, name, files, facts: factsOf(index) }));
  const { name } = TENANTS_MACHINE;
  return machines.set(name, await SimulatedMachine.boot({ ...common, ...TENANTS_MACHINE, facts: null }));
}

/** What a machine says about itself, by its place in the fleet. */
const factsOf = (index: number) => ({
  os: 'Debian GNU/Linux 13 (trixie)',
  kernel: '6.12.48+deb13-amd64',
  architecture: 'x86_64',
  cpus: 2 ** (1 + (index % 4)),
  memoryBytes: 2 ** (32 + (index % 4)),
  diskBytes: (20 + 7 * index) * 2 ** 30,
  // Of a network that is for documentation (RFC 5737).
  addresses: [`192.0.2.${10 + index}`],
  agentVersion: readVersion(),
});

async function furnish(folder: DemoFolder, { address }: Served, config: Config, machines: Machines): Promise<void> {
  process.stdout.write('  Making the people and the machines of the demo …\n');
  const callers = new Callers({ server: address }, folder.password);
  await callers.begin(readFileSync(config.adminPasswordPath, 'utf8').trim());
  await furnishPeople(callers, folder.password);
  await furnishFleet(callers, machines);
  await furnishStory(callers);
  folder.markFurnished();
}

function say({ passwordPath }: DemoFolder, machines: Machines): void {
  const staff = Object.values(STAFF).map(({ name }) => name);
  const others = Object.values(TENANTS_PEOPLE).map(({ name, domain }) => `${domain}/${name}`);
  process.stdout.write(`  This is a demo: its ${machines.size} machines are simulated, and nothing here is real.
  Log in as ${ADMIN.name}; the password is in ${passwordPath}
  It is also that of ${[...staff, ...others].join(', ')}.
  To remove the demo, stop it, then run: bailiwick demo remove
`);
}

function liveAll(machines: Machines, { attestationIntervalMs }: Config, signal: AbortSignal): void {
  const stories = new Map<string, Story>(MACHINES.map(({ name, story }) => [name, story]));
  const apart = Math.min(APART_MS, attestationIntervalMs / machines.size);
  for (const [index, machine] of [...machines.values()].entries()) {
    const begin = () => void live(machine, stories.get(machine.name) ?? 'steady', signal);
    const timer = setTimeout(begin, index * apart);
    signal.addEventListener('abort', () => clearTimeout(timer));
  }
}
