import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { Fault } from '../../api/faults.js';
import { faultOfError, useDocument } from '../../api/queries.js';
import {
  AuditChainDocument,
  type AuditChainQuery,
  VerifyAuditChainDocument,
  type VerifyAuditChainQuery,
} from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { Copy } from '../../kit/copy.js';
import { FactList } from '../../kit/detail-page.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import css from './audit.module.css';
import { AuditFrame } from './frame.js';

type Chain = NonNullable<AuditChainQuery['auditChain']>;
type Verified = NonNullable<VerifyAuditChainQuery['verifyAuditChain']>;

/** Where a check of the chain stands. */
interface Progress {
  readonly isRunning: boolean;
  readonly from: number;
  readonly verified: number | null;
  readonly fault: Verified['fault'];
  readonly failure: Fault | null;
}

/** Checks the chain on the server step by step, from its first entry to its end or to the first fault. */
function useVerification() {
  const client = useClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const isWanted = useRef(false);
  const step = async (known: Progress, fromSeq: number): Promise<readonly [Progress, number | null]> => {
    const { data, error } = await client
      .query<VerifyAuditChainQuery>(VerifyAuditChainDocument.toString(), { fromSeq }, { requestPolicy: 'network-only' })
      .toPromise();
    if (error) return [{ ...known, failure: faultOfError(error) }, null];
    const found = data?.verifyAuditChain;
    if (!found) return [known, null];
    return [{ ...known, verified: found.verifiedSeq, fault: found.fault }, found.nextSeq];
  };
  const run = async (from: number) => {
    isWanted.current = true;
    let known: Progress = { isRunning: true, from, verified: null, fault: null, failure: null };
    setProgress(known);
    for (let at: number | null = from; at !== null && isWanted.current; ) {
      [known, at] = await step(known, at);
      setProgress(known);
    }
    setProgress({ ...known, isRunning: false });
  };
  const stop = () => {
    isWanted.current = false;
  };
  // Whoever leaves the page asks no more.
  useEffect(
    () => () => {
      isWanted.current = false;
    },
    [],
  );
  return { progress, run, stop };
}

/** The chain of sealed entries: where it stands, and whether it is whole. */
export function AuditChainPage() {
  const { data, fault, refresh } = useDocument(AuditChainDocument, {});
  const chain = data?.auditChain;
  const { progress, run, stop } = useVerification();
  const isRunning = progress?.isRunning ?? false;
  return (
    <AuditFrame
      title="The sealed chain"
      actions={
        chain && (
          <button type="button" className="primary" onClick={() => (isRunning ? stop() : run(chain.firstSeq))}>
            {isRunning ? 'Stop' : 'Verify the chain'}
          </button>
        )
      }
    >
      <p>
        Each sealed entry has a hash that covers all entries before it, and the server signs the end. Verifying finds
        entries that were changed, removed, moved or put in since.
      </p>
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {!chain && !fault && <Loading what="the chain" />}
      {progress && <Result progress={progress} end={chain?.head?.seq ?? null} />}
      {chain && <FactList facts={factsOf(chain)} />}
      <p>
        Keep a copy of the signed head elsewhere: <Copy text="bailiwick audit head -o json" what="the command" />. Only
        such a copy shows that the newest entries were cut off.
      </p>
    </AuditFrame>
  );
}

const factsOf = ({ firstSeq, head, trim, unsealedCount, oldestUnsealedAt, keys }: Chain) =>
  [
    ['First entry', `number ${firstSeq}`],
    ['Signed up to', head ? `number ${head.seq}` : 'nothing is sealed yet'],
    ['Signed', <Time key="signed" at={head?.signedAt} />],
    ['By the key', head && <code key="key">{head.keyId}</code>],
    ['Hash', head && <Copy key="hash" text={head.hash} what="the hash" />],
    ['Removed by retention', trim ? `up to number ${trim.seq}` : 'none'],
    ['Wait to be sealed', unsealedCount],
    ['The oldest of them', <Time key="oldest" at={oldestUnsealedAt} none="none" />],
    ['Keys known', keys.map(({ keyId }) => keyId).join(', ')],
  ] satisfies React.ComponentProps<typeof FactList>['facts'];

function Result({
  progress: { isRunning, from, verified, fault, failure },
  end,
}: {
  readonly progress: Progress;
  readonly end: number | null;
}) {
  const range = verified === null ? null : `from number ${from} to number ${verified}`;
  return (
    <div className={css.result} role="status">
      {isRunning && (
        <>
          Verifying … {range} {end !== null && `of ${end}`}
        </>
      )}
      {!isRunning && fault === null && !failure && range && (
        <>
          <Badge state="INTACT" tone="good" /> The chain is intact {range}.
        </>
      )}
      {fault && (
        <>
          <Badge state={fault.kind} tone="bad" /> {FAULTS[fault.kind]}{' '}
          {fault.seq !== null && `At number ${fault.seq}. `}
          {range && `Intact ${range}. `}
          {fault.entryId && <ScopedLink path={['audit', fault.entryId]}>The entry</ScopedLink>}
        </>
      )}
      {failure && <FaultNote fault={failure} />}
      {!isRunning && !range && !failure && !fault && inWords('NOTHING_TO_VERIFY')}
    </div>
  );
}

const FAULTS: Readonly<Record<NonNullable<Verified['fault']>['kind'], string>> = {
  CHANGED: 'The entry, or its hash, was changed after it was sealed.',
  REMOVED: 'The entry or its seal was removed.',
  REORDERED: 'An entry from another place was moved here.',
  ADDED: 'An entry that was never sealed was put between sealed ones.',
  UNSIGNED: 'The entry comes after the newest head, so no signature covers it.',
  HEAD_MISMATCH: 'An entry between this head and the one before was replaced.',
  HEAD_INVALID: 'The signature of the head is wrong.',
  KEY_UNKNOWN: 'The head was signed by a key that the server does not know.',
};
