import type { Command } from 'commander';
import { collect, formatOf, verb } from '../common/verb.js';
import type { VerifyOptions } from './verify/verify-files.js';

export function registerAttest(noun: Command): void {
  verb(
    noun,
    'verify',
    'verify evidence from files: exit 0 when accepted, 1 when rejected',
    'bailiwick attest verify --ak ak.pub --nonce 00ff… --quote quote.msg --signature quote.sig --pcrs quote.pcrs',
  )
    .requiredOption('--ak <file>', 'the attestation key, as TPM2B_PUBLIC, TPMT_PUBLIC or PEM')
    .requiredOption('--nonce <hex>', 'the qualifying data of the quote')
    .requiredOption('--quote <file>', 'the quote, TPMS_ATTEST')
    .requiredOption('--signature <file>', 'its signature, as tpm2_quote writes it (tss or plain)')
    .requiredOption('--pcrs <file>', 'the PCR values, as tpm2_quote writes them, or as JSON')
    .option('--pcr-list <list>', 'which PCRs the file has, when it has values only; for example sha256:0,1,10')
    .option('--pcr-bank <banks>', 'the banks that may be quoted, with commas between them', 'sha256')
    .option('--ima-log <file>', "the kernel's ascii_runtime_measurements")
    .option('--allowlist <file>', 'what files may be measured; may be repeated', collect)
    .action(async (_options: object, self: Command) => {
      const { verifyFiles } = await import('./verify/verify-files.js');
      await verifyFiles(self.opts<VerifyOptions>(), formatOf(self));
    });
}
