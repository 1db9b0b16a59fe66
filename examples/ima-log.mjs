// What the kernel does when IMA measures files, for a machine without IMA.
//
//   node ima-log.mjs LOG < measurements
//
// reads lines as `sha256sum` prints them, appends an entry for each to LOG in the form of
// /sys/kernel/security/ima/ascii_runtime_measurements, and prints what `tpm2_pcrextend` must be told for PCR 10.
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

const IMA_PCR = 10;

/** A field of template data: its length, 32 bits little-endian, and its bytes. */
function field(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The template `ima-ng`: the digest after its algorithm's name, then the path; a NUL ends the name and the path. */
function templateData(digest, path) {
  return Buffer.concat([field(Buffer.concat([Buffer.from('sha256:\0'), digest])), field(Buffer.from(`${path}\0`))]);
}

const hash = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex');

const entries = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, hex, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (hex === undefined) throw new Error(`not a line of sha256sum: ${line}`);
    const data = templateData(Buffer.from(hex, 'hex'), path);
    const [sha1, sha256] = [hash('sha1', data), hash('sha256', data)];
    // Whatever the bank, the log prints the SHA-1 of the template data.
    return { line: `${IMA_PCR} ${sha1} ima-ng sha256:${hex} ${path}\n`, extend: `${IMA_PCR}:sha1=${sha1},sha256=${sha256}` };
  });

appendFileSync(process.argv[2], entries.map(({ line }) => line).join(''));
for (const { extend } of entries) console.log(extend);
