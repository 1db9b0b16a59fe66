import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The commands that a real software TPM needs; Debian's packages swtpm and tpm2-tools have them. */
export function missingSwtpmCommands(): string[] {
  return ['swtpm', 'tpm2'].filter((command) => !isInstalled(command));
}

/** An swtpm process with a folder of its own. Unlike `SoftwareTpm` it is somebody else's TPM, and takes seconds. */
export interface Swtpm {
  /** Where keys and evidence go; removed by `stop`. */
  readonly folder: string;
  /** What tpm2-tools must be told to reach it. */
  readonly tcti: string;
  /** Runs one tpm2-tools command in the folder, such as `tpm2('createek', '-G', 'rsa', …)`, then frees the TPM's slots. */
  tpm2(...args: string[]): string;
  stop(): void;
}

/** Starts an swtpm and waits until it answers. */
export async function startSwtpm(): Promise<Swtpm> {
  const folder = mkdtempSync(join(tmpdir(), 'swtpm-'));
  const port = await freePortPair();
  const tcti = `swtpm:host=127.0.0.1,port=${port}`;
  const child = spawn('swtpm', [
    ...['socket', '--tpm2', '--tpmstate', `dir=${folder}`, '--flags', 'not-need-init,startup-clear'],
    ...['--server', `type=tcp,port=${port}`, '--ctrl', `type=tcp,port=${port + 1}`],
  ]);
  const run = (...args: string[]) =>
    execFileSync('tpm2', args, {
      cwd: folder,
      env: { ...process.env, TPM2TOOLS_TCTI: tcti },
      stdio: 'pipe',
    }).toString();
  await untilAnswering(child, () => run('getrandom', '1'));
  const tpm2 = (...args: string[]) => {
    const output = run(...args);
    // There is no resource manager, so what a command leaves loaded would fill the TPM's three slots.
    run('flushcontext', '-t');
    return output;
  };
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, tcti, tpm2, stop };
}

async function untilAnswering(child: ChildProcess, probe: () => void): Promise<void> {
  const ATTEMPTS = 50;
  for (let attempt = 1; ; attempt += 1) {
    try {
      probe();
      return;
    } catch (cause) {
      if (attempt === ATTEMPTS || child.exitCode !== null) throw new Error('swtpm does not answer', { cause });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** tpm2-tss takes the control channel's port to be the next one. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port < 65_535 && (await listenOnce(port + 1)) !== 0) return port;
  }
}

/** The port that was free to listen on, or zero when `port` was taken. */
function listenOnce(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(0));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
