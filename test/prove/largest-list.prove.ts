import { expect, test } from 'vitest';
import { agentWorld, CREATE_LIST, type MachineAgent, SUBMIT } from '../attestation/agent-world.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine } from '../attestation/verifier/machine.js';
import { type Spawned, spawnServer } from './spawned.js';
import { SHARE } from './walk.js';

/** What the whole process may come to, the embedded database included, with the smallest budget for content. */
const PEAK_MIB_MAX = 1024;
const SIZE = Math.ceil(429_400_000 * SHARE);
const ENTRIES_AT_ONCE = 10_000;

const LOG_IN = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }';

interface Form {
  readonly begin: string;
  readonly end: string;
  entry(digest: string, path: string): string;
}

const FORMS: Readonly<Record<string, Form>> = {
  'lines of sha256sum': { begin: '', end: '', entry: (digest, path) => `${digest}  ${path}\n` },
  'a runtime policy': {
    begin: '{"meta":{"version":1},"digests":{\n',
    end: '"/last":[]},"excludes":[]}\n',
    entry: (digest, path) => `"${path}":["${digest}"],\n`,
  },
};

/** As many entries as fit, those of a healthy machine among them; what is left is white space. */
function listText({ begin, end, entry }: Form): Buffer {
  const bytes = Buffer.alloc(SIZE, '\n');
  let at = bytes.write(begin + FILES.map((path) => entry(sha256(path).toString('hex'), path)).join(''));
  for (let n = 0; ; ) {
    let entries = '';
    for (const last = n + ENTRIES_AT_ONCE; n < last; n += 1)
      entries += entry(sha256(`${n}`).toString('hex'), `/usr/lib/x86_64-linux-gnu/p-${n % 977}/${n}.so`);
    if (at + entries.length + end.length > SIZE) break;
    at += bytes.write(entries, at, 'latin1');
  }
  bytes.write(end, at);
  return bytes;
}

async function attested(server: Spawned, agent: MachineAgent): Promise<string> {
  const world = agentWorld(server);
  const input = { ...(await world.quoted(agent)), imaLog: agent.machine.log() };
  return (await world.done(SUBMIT, input, agent.token)).result.verdict;
}

test.each(Object.entries(FORMS))(
  `bounded: %s of ${SIZE} bytes from upload to verdict, also after a restart`,
  async (name, form) => {
    let server = await spawnServer();
    const measured = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
      server.memory.forgetPeak();
      const [before, began] = [server.memory.now(), Date.now()];
      const result = await run();
      const peak = server.memory.peak();
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      process.stdout.write(`${name}, ${what}: ${before} MiB before, ${peak} MiB at most, ${seconds} s\n`);
      expect(peak).toBeLessThanOrEqual(PEAK_MIB_MAX);
      return result;
    };
    try {
      const world = agentWorld(server);
      const proof = { password: { user: 'admin', password: server.password, newPassword: 'correct horse battery' } };
      const scope = { project: { name: 'default' } };
      const { token } = await world.done(LOG_IN, { proof, scope, lifetime: 'PT1H' });
      const text = listText(form);
      const uploadId = await measured('uploaded', () => world.upload(text, token));
      const input = { name: 'largest', imaPolicy: { uploadId } };
      const { allowlist } = await measured('created', () => world.done(CREATE_LIST, input, token));
      const agent = await world.enrolled(healthyMachine({ seed: 1 }), 'm-1', allowlist.id, token);
      expect(await measured('verified', () => attested(server, agent))).toBe('ACCEPTED');
      expect(await measured('verified again', () => attested(server, agent))).toBe('ACCEPTED');
      server = await server.restart();
      expect(await measured('verified after a restart', () => attested(server, agent))).toBe('ACCEPTED');
    } finally {
      await server.close();
    }
  },
);
