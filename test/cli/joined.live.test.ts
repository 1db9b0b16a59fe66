import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingSwtpmCommands } from '../fakes/swtpm.js';
import type { Json } from '../harness/server.js';
import { FAKETIME } from '../prove/split.js';
import { freePort } from './page-session.js';
import { ROOT, type Spawned, spawnServer } from './spawned.js';

const missing = [...missingSwtpmCommands(), ...(FAKETIME ? [] : ['faketime'])];
const BIN = join(ROOT, 'bin/bailiwick.mjs');
const MACHINE = join(ROOT, 'examples/software-machine.sh');
/** Short, so that a story sees several. */
const INTERVALS = { BAILIWICK_ATTESTATION_INTERVAL: 'PT3S', BAILIWICK_LEASE_INTERVAL: 'PT2S' };

describe('a machine that joined', () => {
  const outcome = missing.length === 0 ? 'ok: is tried with a real software TPM' : `absent: ${missing.join(', ')}`;
  test(outcome, () => expect(process.env.CI === undefined ? [] : missing).toEqual([]));
});

describe.runIf(missing.length === 0)(
  'a machine that joined, whose clock is five hours ahead',
  { timeout: 120_000 },
  () => {
    const home = mkdtempSync(join(tmpdir(), 'bailiwick-joined-'));
    const [machine, dataDir] = [join(home, 'machine'), join(home, 'data')];
    let port: string;
    let server: Spawned;
    let agent: ChildProcess | undefined;
    let relay: Server | undefined;
    let said = '';

    const start = async (at: string, env: Record<string, string> = {}): Promise<void> => {
      server = await spawnServer(dataDir, { env: { ...INTERVALS, BAILIWICK_PORT: at, ...env } });
      if (server.url === null) throw new Error((await server.ended).err);
      port = at;
    };
    const stop = async (): Promise<void> => {
      // It says where it listens before it hears signals; once it answers it hears them.
      await fetch(`${server.url}/healthz`).catch(() => {});
      server.child.kill('SIGTERM');
      await server.ended;
    };
    const machineDoes = (...args: string[]): void => {
      const { status, stderr } = spawnSync(MACHINE, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    };
    /** The operator's commands. */
    const bailiwick = (...args: string[]): string => {
      const env = {
        PATH: process.env.PATH,
        BAILIWICK_SERVER: `http://127.0.0.1:${port}`,
        BAILIWICK_HOME: join(home, 'operator'),
      };
      const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
        env,
        cwd: home,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`bailiwick ${args.join(' ')}: ${stderr}`);
      return stdout;
    };
    /** The machine's agent, by a clock that is five hours ahead. */
    const runAgent = (...args: string[]): void => {
      const argv = [MACHINE, 'run', machine, process.execPath, BIN, 'agent', 'join'];
      const where = ['--state-dir', join(machine, 'agent'), '--ima-log', join(machine, 'ima.log')];
      const env = {
        PATH: process.env.PATH,
        LD_PRELOAD: FAKETIME,
        FAKETIME: '+5h',
        BAILIWICK_HOME: join(machine, 'home'),
      };
      const [program = '', ...rest] = [...argv, ...where, ...args];
      agent = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [agent.stdout, agent.stderr])
        stream?.on('data', (chunk: Buffer) => {
          said += String(chunk);
        });
    };
    const endAgent = async (): Promise<void> => {
      if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
      const ended = new Promise((resolve) => agent?.once('close', resolve));
      agent.kill('SIGTERM');
      await ended;
    };
    const node = (): Json => JSON.parse(bailiwick('node', 'show', 'web-1', '-o', 'json'));
    const acceptedCount = (): number =>
      Number(JSON.parse(bailiwick('agent', 'show', 'default/web-1', '-o', 'json')).acceptedCount);
    /** Waits until evidence was accepted anew, and the node is as it should be. */
    const goesOn = async (): Promise<void> => {
      const before = acceptedCount();
      await until(() => acceptedCount() > before && isWell(node()));
    };
    const until = async (holds: () => boolean): Promise<void> => {
      for (const deadline = Date.now() + 60_000; !holds(); await delay(300))
        if (Date.now() > deadline) throw new Error(`in vain: ${said.slice(-2000)}`);
    };
    const isWell = ({ conditions }: Json): boolean =>
      conditions.every((one: Json) => one.type === 'PROFILES_IN_SYNC' || one.status === 'TRUE');

    beforeAll(async () => {
      await start(await freePort());
      writeFileSync(join(home, 'admin.pw'), 'a long password of a story', { mode: 0o600 });
      bailiwick('login', '--system', '--password-file', `${dataDir}.admin-password`, '--new-password-file', 'admin.pw');
      bailiwick('project', 'operators', 'default', 'on');
      const { stdout } = spawnSync('sha256sum', [BIN, MACHINE], { encoding: 'utf8' });
      writeFileSync(join(home, 'files'), stdout);
      bailiwick('allowlist', 'create', 'machines', '--ima-policy', 'files');
      const token = ['--project', 'default', '--node-name', 'web-1', '--expires', '1d', '--allowlist', 'machines'];
      bailiwick('join-token', 'create', ...token, '--token-file', 'join.token');
      machineDoes('start', machine, join(home, 'files'));
    }, 120_000);
    afterAll(async () => {
      await endAgent();
      relay?.close();
      await stop();
      spawnSync(MACHINE, ['stop', machine]);
      rmSync(home, { recursive: true, force: true });
    });

    test('ok: comes up as a node: trusted, Ready, with its facts by the server’s clock', async () => {
      runAgent('--server', `http://127.0.0.1:${port}`, '--token-file', join(home, 'join.token'));
      await until(() => said.includes('is TRUSTED'));
      await until(() => isWell(node()) && node().facts !== null);
      const { leaseRenewedAt, facts } = node();
      for (const at of [leaseRenewedAt, facts.lastReportedAt])
        expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
      await goesOn();
    });

    test('ok: goes on after the server was restarted', async () => {
      await stop();
      await until(() => /trying again in/.test(said));
      await start(port);
      await goesOn();
      expect(agent?.exitCode).toBeNull();
    });

    test('ok: goes on after its own reboot, without the token that it joined with', async () => {
      rmSync(join(home, 'join.token'));
      const { id, agent: before } = node();
      await endAgent();
      machineDoes('stop', machine);
      rmSync(join(machine, 'ima.log'));
      machineDoes('start', machine, join(home, 'files'));
      runAgent();
      await goesOn();
      expect(node()).toMatchObject({ id, agent: before });
    });

    test('ok: follows the server to another address', async () => {
      const [old, next] = [port, await freePort()];
      relay = createServer((socket) => {
        const other = connect(Number(old), '127.0.0.1');
        for (const [one, its] of [
          [socket, other],
          [other, socket],
        ] as const)
          one.on('error', () => its.destroy());
        socket.pipe(other).pipe(socket);
      });
      await new Promise<void>((resolve) => relay?.listen(Number(next), '127.0.0.1', resolve));
      await stop();
      await start(old, { BAILIWICK_API_ADDRESSES: `http://127.0.0.1:${next}` });
      await endAgent();
      runAgent();
      await until(() => said.includes(`the control plane is now at http://127.0.0.1:${next}`));
      relay.close();
      await stop();
      await start(next);
      bailiwick('login', '--system', '--password-file', 'admin.pw');
      await goesOn();
      expect(readFileSync(join(machine, 'agent/place.json'), 'utf8')).toContain(next);
    });
  },
);
