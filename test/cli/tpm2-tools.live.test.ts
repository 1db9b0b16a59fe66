import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attestationKeyProblems,
  endorsementKeyProblems,
  makeCredential,
  parsePcrJson,
  parsePublicArea,
  parseQuote,
  parseSignature,
  pcrDigest,
  verifyQuoteSignature,
} from '../../src/attestation/tpm/index.js';
import { ToolError } from '../../src/cli/attestation/machine/tool.js';
import { type KeyKind, Tpm2Tools } from '../../src/cli/attestation/machine/tpm2-tools.js';
import { missingSwtpmCommands } from '../fakes/swtpm.js';

const missing = missingSwtpmCommands();
const KINDS: readonly KeyKind[] = missing.length === 0 ? ['rsa', 'ecc'] : [];
const TIMEOUT_MS = 30_000;
const NONCE = Buffer.alloc(32, 7);
const SECRET = Buffer.from('a secret of as many as 32 bytes.');

/** A software TPM that can lose power and come back. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), 'swtpm-'));
  readonly tcti = `swtpm:path=${this.folder}/socket`;
  #process: ChildProcess | undefined;

  async powerOn(): Promise<void> {
    const channels = [
      '--server',
      `type=unixio,path=${this.folder}/socket`,
      '--ctrl',
      `type=unixio,path=${this.folder}/socket.ctrl`,
    ];
    const state = ['--tpmstate', `dir=${this.folder}`, '--flags', 'not-need-init,startup-clear'];
    this.#process = spawn('swtpm', ['socket', '--tpm2', ...state, ...channels], { stdio: 'ignore' });
    for (let attempt = 1; attempt < 50; attempt += 1) {
      try {
        return void execFileSync('tpm2_getrandom', ['1'], {
          env: { ...process.env, TPM2TOOLS_TCTI: this.tcti },
          stdio: 'ignore',
        });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error('swtpm does not answer');
  }

  async powerOff(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  driver(keyKind: KeyKind, tcti = this.tcti): Tpm2Tools {
    return new Tpm2Tools({ tcti, keyKind, directory: join(this.folder, 'agent'), searchPath: process.env.PATH });
  }
}

describe('tpm2-tools', () => {
  const outcome =
    missing.length === 0 ? 'ok: is installed' : `absent: ${missing.join(', ')} not installed, nothing was run`;
  test(outcome, () => expect(process.env.CI === undefined ? [] : missing).toEqual([]));
});

for (const kind of KINDS) {
  describe(`Tpm2Tools with ${kind} keys`, { timeout: TIMEOUT_MS }, () => {
    const machine = new Machine();
    beforeAll(() => machine.powerOn(), TIMEOUT_MS);
    afterAll(async () => {
      await machine.powerOff();
      rmSync(machine.folder, { recursive: true, force: true });
    });

    test('ok: makes keys that may enroll, and opens a credential made for them', async () => {
      const driver = machine.driver(kind);
      const keys = await driver.open(false);
      const [ek, ak] = [parsePublicArea(keys.endorsementKey), parsePublicArea(keys.attestationKey)];
      expect([endorsementKeyProblems(ek), attestationKeyProblems(ak)]).toEqual([[], []]);
      const secret = await driver.activateCredential(makeCredential(ek, ak.name, SECRET));
      expect(Buffer.from(secret).equals(SECRET)).toBe(true);
    });

    test('ok: keeps the wrapped key for its owner only, and no secret', async () => {
      const folder = join(machine.folder, 'agent');
      expect(statSync(join(folder, `ak-${kind}.priv`)).mode & 0o777).toBe(0o600);
      expect(readdirSync(join(folder, 'scratch'))).not.toContain('secret');
    });

    test('ok: quotes the nonce and the PCRs that are asked for', async () => {
      const driver = machine.driver(kind);
      const ak = parsePublicArea((await driver.open(false)).attestationKey);
      const selections = [
        { hash: 'sha1', pcrs: [0, 10] },
        { hash: 'sha256', pcrs: [0, 7, 10] },
      ] as const;
      const { message, signature, pcrs } = await driver.quote(NONCE, selections);
      const quote = parseQuote(message);
      expect(verifyQuoteSignature(ak, message, parseSignature(signature))).toBe(true);
      expect(Buffer.from(quote.extraData).equals(NONCE)).toBe(true);
      expect(quote.selections).toEqual(selections);
      expect(pcrDigest('sha256', quote.selections, parsePcrJson(pcrs))).toEqual(quote.pcrDigest);
    });

    test('refused: a credential that was made for another key', async () => {
      const driver = machine.driver(kind);
      const ek = parsePublicArea((await driver.open(false)).endorsementKey);
      await expect(driver.activateCredential(makeCredential(ek, ek.name, SECRET))).rejects.toThrow(ToolError);
    });

    test('ok: has the same keys after the machine lost power', async () => {
      const before = await machine.driver(kind).open(false);
      await machine.powerOff();
      await machine.powerOn();
      const driver = machine.driver(kind);
      expect(await driver.open(true)).toEqual(before);
      const { message, signature } = await driver.quote(NONCE, [{ hash: 'sha256', pcrs: [0] }]);
      expect(verifyQuoteSignature(parsePublicArea(before.attestationKey), message, parseSignature(signature))).toBe(
        true,
      );
    });

    test('refused: the enrolled key is gone, and no other may take its place', async () => {
      const driver = machine.driver(kind === 'rsa' ? 'ecc' : 'rsa');
      await expect(driver.open(true)).rejects.toThrow(/^the enrolled (rsa|ecc) key is not in /);
    });

    test('refused: no TPM answers', async () => {
      const tcti = 'swtpm:path=/nowhere/socket';
      await expect(machine.driver(kind, tcti).open(false)).rejects.toMatchObject({
        message: `no TPM answers at ${tcti} (tpm2_createek: ERROR: Could not load tcti, got: "${tcti}")`,
        hint: 'name another with --tcti (or TPM2TOOLS_TCTI), for example --tcti swtpm:host=127.0.0.1,port=2321',
        exitCode: 5,
      });
    });
  });
}
