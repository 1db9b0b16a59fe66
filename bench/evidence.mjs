// Machines that attest, for the benchmarks of the verifier: evidence from the test machines, judged by the built code.
import { compileRuntimePolicy } from '../dist/attestation/runtime-policy/index.js';
import { testModule } from './test-modules.mjs';

const { Machine, prepare } = await testModule('/test/attestation/verifier/machine.ts');
const { logLine, sha256, templateData } = await testModule('/test/attestation/ima/ima-log.ts');

export { Machine, prepare, sha256, templateData };

/** Names as in a distribution, 50 to 60 bytes long. */
export const pathsOf = (count) =>
  Array.from({ length: count }, (_, n) => `/usr/lib/x86_64-linux-gnu/package-${n % 977}/module-${n}.so`);

/** The same order in each run, but not the order of the names. */
export const inAnyOrder = (paths) =>
  paths
    .map((path) => [sha256(path).toString('latin1'), path])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => path);

/** A list in the format of `sha256sum`. */
export const listOf = (paths) =>
  Buffer.from(paths.map((path) => `${sha256(path).toString('hex')}  ${path}\n`).join(''));

export const layerOf = (paths, excludes = []) => ({
  name: 'base',
  fingerprint: 'r1',
  runtimePolicy: compileRuntimePolicy(listOf(paths), excludes),
});

/** A machine that booted and measured these files; `log` is what its kernel prints, `entries` what it hashes. */
export function machineWith(paths, options = {}) {
  const machine = new Machine(options).boot().measure(...paths);
  return {
    machine,
    log: machine.measurements.map(logLine).join(''),
    entries: machine.measurements.map(templateData),
  };
}
