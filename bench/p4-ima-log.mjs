import { hash } from 'node:crypto';
import { PcrReplay } from '../dist/attestation/ima/index.js';
import { verify } from '../dist/attestation/verifier/index.js';
import { inAnyOrder, layerOf, machineWith, pathsOf, prepare } from './evidence.mjs';
import { inTurn, median, ratePerCpuSecond, rateTable } from './measure.mjs';

export const title = 'a full IMA log of 100,000 entries';

const ENTRIES = 100_000;
const ROUNDS = 7;
/** Keylime's verifier, as measured elsewhere; not part of this run. */
const KEYLIME = [94_000, 136_000];

const whole = (work) => async () =>
  ENTRIES *
  (await ratePerCpuSecond(
    (times) => {
      for (let n = 0; n < times; n += 1) work();
    },
    { seconds: 0.5 },
  ));

/** The hashes that every verifier needs: of each entry for the printed hash and for the bank, and the extend. */
function hashAlone(entries) {
  return () => {
    const pcr = new PcrReplay('sha256', Buffer.alloc(32), Buffer.alloc(32));
    for (const entry of entries) {
      hash('sha1', entry, 'hex');
      pcr.extend(entry);
    }
  };
}

export async function run() {
  const paths = pathsOf(ENTRIES);
  // boot_aggregate is an entry too. Machines load files in another order than a list has.
  const { machine, log, entries } = machineWith(inAnyOrder(paths.slice(1)));
  const input = prepare({ machine, policies: [layerOf(paths)], evidence: { imaLog: Buffer.from(log) } });
  const judge = () => {
    const { verdict, counts } = verify(input);
    if (verdict !== 'ACCEPTED' || counts.attested !== ENTRIES)
      throw new Error(`${verdict}: ${counts.attested} entries`);
  };
  const rates = await inTurn({ verify: whole(judge), 'the hashes alone': whole(hashAlone(entries)) }, ROUNDS);
  const own = median(rates.get('verify'));
  return [
    rateTable('Work', 'Entries a second', rates),
    '',
    `Keylime, measured elsewhere and not in this run: ${KEYLIME.map((rate) => rate.toLocaleString('en')).join(' to ')};`,
    `verify to it: ${KEYLIME.map((rate) => (own / rate).toFixed(1)).join(' to ')} ×.`,
    `The log has ${(log.length / 2 ** 20).toFixed(1)} MiB, the list ${ENTRIES.toLocaleString('en')} paths; ${ROUNDS} rounds.`,
  ].join('\n');
}
