import { agentWorld, CREATE_LIST, SUBMIT } from '../../attestation/agent-world.js';
import { sha256 } from '../../attestation/ima/ima-log.js';
import { FILES, healthyMachine } from '../../attestation/verifier/machine.js';
import type { Project } from '../../contract/personas/owners.js';
import type { TestServer } from '../../harness/server.js';

export interface FailedMachine {
  readonly agentId: string;
  /** The file that its list lacks. */
  readonly path: string;
  /** Attests once more; answers the verdict and the state after it. */
  attest(): Promise<string>;
}

/** A machine that was trusted until it ran a file that its list lacks. */
export async function failedMachine(server: TestServer, project: Project, name: string): Promise<FailedMachine> {
  const world = agentWorld(server);
  const { token } = await server.token({ scope: project, role: 'admin' });
  const content = FILES.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join('');
  const { allowlist } = await world.done(CREATE_LIST, { name: `files of ${name}`, imaPolicy: { content } }, token);
  const machine = healthyMachine({ seed: 1700 });
  const agent = await world.enrolled(machine, name, allowlist.id, token);
  const attest = async () => {
    const evidence = { ...(await world.quoted(agent)), imaLog: machine.log() };
    const { result } = await world.done(SUBMIT, evidence, agent.token);
    return `${result.verdict} ${result.stateAfter}`;
  };
  await attest();
  const path = '/usr/sbin/backupd';
  machine.measure(path);
  await attest();
  return { agentId: agent.id, path, attest };
}
