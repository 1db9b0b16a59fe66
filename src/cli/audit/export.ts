import { once } from 'node:events';
import { CliError } from '../common/errors.js';
import type { Session } from '../common/session.js';
import { findPlace, getChain, listSeals } from './chain.js';

/**
 * Writes sealed entries and heads to standard output, one JSON object per line; `docs/audit.md` describes the format.
 */
export async function exportChain(session: Session, fromSeq: number | undefined): Promise<void> {
  const { firstSeq, trim } = await getChain(session);
  const begin = Math.max(fromSeq ?? firstSeq, firstSeq);
  if (begin > firstSeq) {
    const before = await findPlace(session, begin - 1);
    if (before === null) throw new CliError(`the chain ends before ${begin}`);
    await write({ before: { seq: before.seq, hash: before.hash } });
  } else if (trim) {
    await write({ trim });
  }
  for await (const seals of listSeals(session, begin)) {
    for (const { head, ...seal } of seals) {
      await write({ seal });
      if (head) await write({ head });
    }
  }
}

async function write(line: object): Promise<void> {
  // Waits for a slow pipe, so that the chain does not fill the memory.
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}
