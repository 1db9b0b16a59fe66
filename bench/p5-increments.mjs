import { hash, verify as verifySignature } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PcrReplay } from '../dist/attestation/ima/index.js';
import { knownAttestationKey, parsePublicArea, parseSignature } from '../dist/attestation/tpm/index.js';
import { verify } from '../dist/attestation/verifier/index.js';
import { verifyInWorker } from '../dist/attestation/workers/index.js';
import { layerOf, Machine, pathsOf, prepare, templateData } from './evidence.mjs';
import { cpuSeconds, inTurn, median, rateTable } from './measure.mjs';

export const title = '100 new entries and an ECDSA quote, 1,000 agents with one list of 100,000 paths';

const AGENTS = 1000;
const ROUNDS = 7;
/** The list excludes the files of a tenth of the new entries. */
const EXCLUDES = Array.from({ length: 50 }, (_, n) => `/var/lib/app-${n}/.*`);
const KNOWN = 20;
const NEW = 100;
/** Keylime's poll path, as measured elsewhere; not part of this run. */
const KEYLIME_MS = '280 to 350 ms of CPU time';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Agents that were judged once, with evidence of what they measured since. */
function fleet(layer, paths) {
  return Array.from({ length: AGENTS }, (_, n) => {
    const machine = new Machine({ key: 'ecc', seed: n + 1 }).boot().measure(...paths.slice(n, n + KNOWN));
    const previous = verify(prepare({ machine, policies: [layer] })).next;
    for (let file = 0; file < NEW; file += 1)
      machine.measure(file % 10 === 0 ? `/var/lib/app-${file % 50}/${n}` : paths[1000 + n * 90 + file - 10]);
    const input = prepare({ machine, policies: [layer], previous });
    return { input, entries: machine.measurements.slice(-NEW).map(templateData) };
  });
}

function requireAccepted({ verdict, counts }) {
  if (verdict !== 'ACCEPTED' || counts.attested !== NEW || counts.excluded !== NEW / 10)
    throw new Error(`${verdict}: ${JSON.stringify(counts)}`);
}

/** What every verifier needs: the signature, and the hashes of the entries. */
function bareMinimum({ input: { enrolment, evidence, previous }, entries }) {
  const key = parsePublicArea(enrolment.attestationKey).toKeyObject();
  const message = Buffer.from(evidence.quote.message, 'base64');
  const { r, s } = parseSignature(Buffer.from(evidence.quote.signature, 'base64'));
  const signature = Buffer.concat([r, s]);
  const start = Buffer.from(previous.ima.pcrs.sha256, 'hex');
  return () => {
    if (!verifySignature('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)) throw new Error('invalid');
    const pcr = new PcrReplay('sha256', start, start);
    for (const entry of entries) {
      hash('sha1', entry, 'hex');
      pcr.extend(entry);
    }
  };
}

/** Agents judged in a second of CPU time. */
async function perCpuSecond(work) {
  const start = cpuSeconds();
  await work();
  return AGENTS / (cpuSeconds() - start);
}

function memoryInUse() {
  collectGarbage();
  return process.memoryUsage().rss;
}

/** Bytes that stay in use for each judged agent: a thread keeps only keys, and not those of all agents. */
function memoryPerAgent() {
  const keys = Array.from({ length: 4 * AGENTS }, (_, n) => Uint8Array.from(new Machine({ seed: n + 1 }).tpm.akPublic));
  const before = memoryInUse();
  for (const key of keys) knownAttestationKey(key, {});
  return (memoryInUse() - before) / keys.length;
}

export async function run() {
  const memory = memoryPerAgent();
  const paths = pathsOf(100_000);
  const layer = layerOf(paths, EXCLUDES);
  const agents = fleet(layer, paths);
  const inputs = agents.map(({ input }) => input);
  const judge = (input) => requireAccepted(verify(input));
  const minimum = agents.map(bareMinimum);
  const rates = await inTurn(
    {
      verify: () => perCpuSecond(() => inputs.forEach(judge)),
      'through the worker threads': () => perCpuSecond(() => inBatches(inputs)),
      'the signature and the hashes alone': () => perCpuSecond(() => runAll(minimum)),
    },
    ROUNDS,
  );
  const ms = (name) => (1000 / median(rates.get(name))).toFixed(2);
  return [
    rateTable('Work', 'Agents a second', rates),
    '',
    `That is ${ms('verify')} ms of CPU time an agent, and ${ms('through the worker threads')} ms with both sides of the hop to a thread.`,
    `Memory that stays in use for one more agent: ${Math.round(memory)} bytes of RSS in a thread, for 4,096 agents at most.`,
    `Keylime’s poll path, measured elsewhere and not in this run: ${KEYLIME_MS}. ${ROUNDS} rounds.`,
  ].join('\n');
}

/** As many at once as there would be requests; more would be refused. */
async function inBatches(inputs) {
  for (let from = 0; from < inputs.length; from += 50)
    for (const result of await Promise.all(inputs.slice(from, from + 50).map((input) => verifyInWorker(input))))
      requireAccepted(result);
}

function runAll(works) {
  for (const work of works) work();
}
