import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './spawned.js';

const UNIT = join(ROOT, 'examples/systemd/bailiwick-agent.service');
const EXPOSURE_MAX = 3;
const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
const isInstalled = analyze('--version').status === 0;

describe('examples/systemd/bailiwick-agent.service', () => {
  test.runIf(isInstalled)('ok: systemd finds no fault in it', () => {
    const { status, stderr } = analyze('verify', UNIT);
    expect([status, stderr]).toEqual([0, '']);
  });

  test.runIf(isInstalled)(`ok: it exposes the machine by at most ${EXPOSURE_MAX}`, () => {
    const { stdout } = analyze('security', '--offline=true', '--no-pager', UNIT);
    const [, exposure = 'none'] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(EXPOSURE_MAX);
  });

  const outcome = isInstalled
    ? 'ok: is tried with systemd’s own judgement'
    : 'absent: systemd-analyze is not installed';
  test(outcome, () => expect(isInstalled || process.env.CI === undefined).toBe(true));
});
