import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { AuditEntryDocument, type AuditEntryQuery } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { objectPathOf } from '../../kit/object-paths.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { ExactTime, Time } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import css from './audit.module.css';
import { AuditSections } from './frame.js';
import { OutcomeBadge } from './outcome.js';
import { actorless } from './words.js';

type Entry = NonNullable<AuditEntryQuery['auditEntry']>;

/** One audit entry: who did what to which object, and everything else that was written. */
export function AuditEntryPage() {
  const { id } = useParams({ from: '/s/$scope/audit/$id' });
  const variables = { id };
  const found = useDocument(AuditEntryDocument, variables);
  return (
    <>
      <AuditSections />
      <DetailPage
        list={{ title: 'Audit log', path: ['audit'] }}
        found={found}
        object={found.data?.auditEntry}
        title={({ action }) => inWords(action)}
        command={({ targetId, occurredAt }) =>
          `bailiwick audit list --since ${occurredAt}${targetId ? ` --target ${targetId}` : ''}`
        }
        asked={{ document: AuditEntryDocument, variables }}
        state={({ outcome }) => <OutcomeBadge outcome={outcome} />}
      >
        {(entry) => (
          <>
            <FactList facts={factsOf(entry)} />
            <h2>Details</h2>
            <Json value={entry.details} label="Details" />
            <h2>As it is stored and sealed</h2>
            <details>
              <summary>Show</summary>
              <Json value={entry.sealedForm} label="As it is sealed" />
            </details>
          </>
        )}
      </DetailPage>
    </>
  );
}

function Json({ value, label }: { readonly value: object; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus.
    <section tabIndex={0} aria-label={label}>
      <pre className={css.json}>
        <bdi>{JSON.stringify(value, null, 2)}</bdi>
      </pre>
    </section>
  );
}

const factsOf = (entry: Entry): React.ComponentProps<typeof FactList>['facts'] => [
  ['When', <Time key="when" at={entry.occurredAt} />],
  ['Exactly', <ExactTime key="exactly" at={entry.occurredAt} />],
  ['Who', <Who key="who" entry={entry} />],
  ['With', entry.actor.tokenId],
  ['At the scope', <ActorScope key="scope" entry={entry} />],
  ['Object', <Target key="target" entry={entry} />],
  ['Where', <Owner key="owner" entry={entry} />],
  [
    'Policy',
    entry.policy && (
      <ScopedLink key="policy" path={['policies', entry.policy]}>
        {entry.policy}
      </ScopedLink>
    ),
  ],
  ['Request', <code key="request">{entry.requestId}</code>],
];

interface Shown {
  readonly entry: Entry;
}

function Who({ entry }: Shown) {
  const { actor } = entry;
  const now = actor.user?.name ?? actor.agent?.name;
  const name = actor.name ?? actor.id;
  if (name === null) return actorless(entry.action, 'somebody who had not proved who they are');
  return (
    <>
      <bdi>{actor.agent ? <ScopedLink path={['agents', actor.agent.id]}>{name}</ScopedLink> : name}</bdi>
      {now && now !== actor.name && (
        <>
          , now <bdi>{now}</bdi>
        </>
      )}
      {actor.id && (
        <div>
          <ScopedLink path={['audit']} search={{ actorId: actor.id }}>
            everything by the same
          </ScopedLink>
        </div>
      )}
    </>
  );
}

function ActorScope({ entry: { actor } }: Shown) {
  const names = [actor.domain?.name ?? actor.domainId, actor.project?.name ?? actor.projectId].filter(Boolean);
  return (
    <bdi>{[actor.scopeType && inWords(actor.scopeType), names.join(' / ')].filter(Boolean).join(' ') || 'none'}</bdi>
  );
}

function Target({ entry: { targetType, targetId } }: Shown) {
  if (targetType === null) return <>—</>;
  const path = targetId === null ? null : objectPathOf(targetType, targetId);
  return (
    <>
      {inWords(targetType)} {path ? <ScopedLink path={path}>{targetId}</ScopedLink> : targetId}
      {targetId && (
        <div>
          <ScopedLink path={['audit']} search={{ targetId }}>
            everything done to it
          </ScopedLink>
        </div>
      )}
    </>
  );
}

function Owner({ entry: { domain, domainId, project, projectId } }: Shown) {
  const names = [domain?.name ?? domainId, project?.name ?? projectId].filter(Boolean).join(' / ');
  return <bdi>{names || 'the system'}</bdi>;
}
