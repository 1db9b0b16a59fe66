import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runForever } from '../../src/cli/attestation/machine/loop.js';
import { MachineAgent } from '../../src/cli/attestation/machine/machine-agent.js';
import { StateDirectory } from '../../src/cli/attestation/machine/state.js';
import { SoftwareMachineTpm } from '../../src/demo/machines/machine-tpm.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine, layer, type Machine, runtimePolicy } from '../attestation/verifier/machine.js';
import { FakeControlPlane } from './fake-control-plane.js';

let folder: string;
let server: string;
let plane: FakeControlPlane;
let machine: Machine;
let said: string[];
let stop: AbortController;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'));
  plane = new FakeControlPlane();
  server = await plane.start();
  machine = healthyMachine();
  said = [];
  stop = new AbortController();
});

afterEach(() => {
  plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A start of the agent's process on the machine. */
function startAgent(options: { server?: string; enrollmentToken?: string } = {}): MachineAgent {
  const { enrollmentToken = 'enrollment-token' } = options;
  return new MachineAgent({
    server: options.server ?? server,
    state: new StateDirectory(join(folder, 'state')),
    tpm: new SoftwareMachineTpm(machine.tpm),
    imaLog: join(folder, 'log'),
    bank: 'sha256',
    readEnrollmentToken: async () => enrollmentToken,
    say: (line) => said.push(line),
    signal: stop.signal,
  });
}

async function attest(agent: MachineAgent) {
  writeFileSync(join(folder, 'log'), machine.log());
  const { result } = await agent.attest();
  return { verdict: result.verdict, codes: result.failures.map(({ code }) => code), offset: plane.lastOffset };
}

const keptState = () => JSON.parse(readFileSync(join(folder, 'state', 'agent.json'), 'utf8'));

describe('MachineAgent enrolling', () => {
  test('ok: enrolls, attests, and keeps its state for its owner only', async () => {
    const agent = startAgent();
    await agent.open();
    expect(await attest(agent)).toEqual({ verdict: 'ACCEPTED', codes: [], offset: 0 });
    expect(plane.calls).toEqual(['EnrollAgent', 'ActivateAgent', 'BeginAttestation', 'SubmitEvidence']);
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'state', 'agent.json')).mode & 0o777).toBe(0o600);
  });

  test('ok: the enrollment token is not kept, and not asked for again', async () => {
    await startAgent().open();
    expect(JSON.stringify(keptState())).not.toContain('enrollment-token');
    const agent = startAgent({ enrollmentToken: 'rubbish' });
    await agent.open();
    expect((await attest(agent)).verdict).toBe('ACCEPTED');
    expect(said).toContain('resuming as agt_1');
  });

  test('ok: an enrollment that was cut off is taken up again', async () => {
    plane.lost.add('EnrollAgent');
    await expect(startAgent().open()).rejects.toThrow('cannot reach');
    await startAgent().open();
    expect(keptState()).toMatchObject({ agentId: 'agt_1', isActivated: true, token: plane.token });
  });

  test('ok: when the answer to the activation was lost, the key is enough', async () => {
    plane.lost.add('ActivateAgent');
    await expect(startAgent().open()).rejects.toThrow('cannot reach');
    expect(keptState()).toMatchObject({ isActivated: false, token: null });
    const agent = startAgent();
    await agent.open();
    expect((await attest(agent)).verdict).toBe('ACCEPTED');
    expect(plane.calls).toContain('LogInAgent');
  });

  test('refused: a token that does not count', async () => {
    await expect(startAgent({ enrollmentToken: 'rubbish' }).open()).rejects.toMatchObject({ exitCode: 3 });
  });

  test.each(['', '{}', '{"version":1,"agentId":1}'])(
    'invalid: a state of %j is named, not overwritten',
    async (text) => {
      await startAgent().open();
      writeFileSync(join(folder, 'state', 'agent.json'), text);
      await expect(startAgent().open()).rejects.toThrow(/^cannot use the state in /);
      expect(readFileSync(join(folder, 'state', 'agent.json'), 'utf8')).toBe(text);
    },
  );
});

describe('MachineAgent attesting', () => {
  let agent: MachineAgent;
  beforeEach(async () => {
    agent = startAgent();
    await agent.open();
    expect((await attest(agent)).verdict).toBe('ACCEPTED');
  });

  test('ok: sends only what is new', async () => {
    expect(await attest(agent)).toEqual({ verdict: 'ACCEPTED', codes: [], offset: FILES.length + 1 });
    machine.measure(FILES[0] ?? '');
    expect((await attest(agent)).offset).toBe(FILES.length + 1);
    expect((await attest(agent)).offset).toBe(FILES.length + 2);
  });

  test('ok: goes on from there after its own restart', async () => {
    const again = startAgent();
    await again.open();
    expect((await attest(again)).offset).toBe(FILES.length + 1);
  });

  test('ok: sends the whole log after a reboot', async () => {
    machine.reboot().measure(...FILES, ...FILES);
    expect(await attest(agent)).toEqual({ verdict: 'ACCEPTED', codes: [], offset: 0 });
  });

  test('ok: sends the whole log when it does not know in which boot it was accepted', async () => {
    writeFileSync(join(folder, 'state', 'agent.json'), JSON.stringify({ ...keptState(), boot: null }));
    const again = startAgent();
    await again.open();
    expect((await attest(again)).offset).toBe(0);
  });

  test('ok: proves itself from the beginning when another list was bound in between', async () => {
    plane.afterBegin = () => {
      plane.policies = [layer({ fingerprint: 'r2', runtimePolicy: runtimePolicy(FILES) })];
    };
    expect(await attest(agent)).toEqual({ verdict: 'ACCEPTED', codes: [], offset: 0 });
    expect(plane.calls.slice(-4)).toEqual(['BeginAttestation', 'SubmitEvidence', 'BeginAttestation', 'SubmitEvidence']);
  });

  test('rejected: a changed file, and the next evidence tells it again', async () => {
    machine.measure({ path: '/usr/bin/bash', digest: sha256('evil') });
    for (const _ of [1, 2]) {
      expect(await attest(agent)).toEqual({
        verdict: 'REJECTED',
        codes: ['IMA_DIGEST_MISMATCH'],
        offset: FILES.length + 1,
      });
    }
  });

  test('ok: logs in with a quote when its token does not count any more', async () => {
    plane.token = 'another';
    expect((await attest(agent)).verdict).toBe('ACCEPTED');
    expect(plane.calls.slice(-5)).toEqual([
      'BeginAttestation',
      'LogInAgent',
      'LogInAgent',
      'BeginAttestation',
      'SubmitEvidence',
    ]);
    expect(keptState().token).toBe(plane.token);
  });

  test('refused: a ban is said as such, and no log-in is tried', async () => {
    plane.isBanned = true;
    await expect(agent.attest()).rejects.toThrow('This agent is banned or retired.');
    expect(plane.calls).not.toContain('LogInAgent');
    plane.isBanned = false;
    expect((await attest(agent)).verdict).toBe('ACCEPTED');
  });

  test('ok: an answer that was lost is asked for again, with the same evidence', async () => {
    plane.lost.add('SubmitEvidence');
    expect((await attest(agent)).verdict).toBe('ACCEPTED');
    expect(plane.calls.slice(-3)).toEqual(['BeginAttestation', 'SubmitEvidence', 'SubmitEvidence']);
  });

  test('ok: a file name that is not text arrives as it is, by way of the upload door', async () => {
    const entry = Buffer.from([0x2f, 0xff, 0x0a]);
    writeFileSync(join(folder, 'log'), Buffer.concat([Buffer.from(machine.log()), entry]));
    await agent.attest();
    expect([...plane.uploads.values()]).toEqual([entry]);
  });

  test('ok: its token never goes to another server', async () => {
    const other = new FakeControlPlane();
    const moved = startAgent({ server: await other.start() });
    await moved.open();
    await expect(moved.attest()).rejects.toMatchObject({ exitCode: 3 });
    expect(other.calls).toEqual(['LogInAgent', 'LogInAgent']);
    other.stop();
  });
});

describe('runForever', () => {
  test('ok: enrolls and attests until it is told to stop', async () => {
    writeFileSync(join(folder, 'log'), machine.log());
    const say = (line: string) => {
      said.push(line);
      if (line === 'next attestation in 60 s') stop.abort();
    };
    await runForever(startAgent(), { say, signal: stop.signal });
    expect(said).toContainEqual(expect.stringMatching(/^ACCEPTED: 4 IMA entries attested, the agent is TRUSTED$/));
  });

  test('ok: a server that is away is waited for', async () => {
    plane.stop();
    const say = (line: string) => {
      said.push(line);
      stop.abort();
    };
    await runForever(startAgent(), { say, signal: stop.signal });
    expect(said.at(-1)).toMatch(/^cannot reach .*; trying again in \d s$/);
  });

  test('refused: an enrollment token that does not count ends it', async () => {
    const options = { say: () => {}, signal: stop.signal };
    await expect(runForever(startAgent({ enrollmentToken: 'rubbish' }), options)).rejects.toMatchObject({
      exitCode: 3,
    });
  });
});
