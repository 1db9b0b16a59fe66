import { AuditEntriesDocument, type AuditEntriesQuery } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import type { Column } from '../../kit/rows.js';
import { ExactTime } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import { AuditSections } from './frame.js';
import { OutcomeBadge } from './outcome.js';
import { auditSearch } from './search.js';
import { actorless } from './words.js';

const KINDS = ['AUDIT_ENTRY'] as const;

type Row = NonNullable<AuditEntriesQuery['list']>['nodes'][number];

const COLUMNS: readonly Column<Row, never>[] = [
  { title: 'When', width: '14rem', cell: ({ occurredAt }) => <ExactTime at={occurredAt} /> },
  { title: 'What', cell: ({ action }) => inWords(action), path: ({ id }) => ['audit', id] },
  { title: 'Outcome', width: '8rem', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  { title: 'Who', cell: ({ actor, action }) => <bdi>{actor.name ?? actor.id ?? actorless(action)}</bdi> },
  { title: 'Object', cell: ({ targetType }) => (targetType ? inWords(targetType) : '—'), isSecondary: true },
  {
    title: 'Where',
    cell: ({ domain, project }) => <bdi>{[domain?.name, project?.name].filter(Boolean).join(' / ') || '—'}</bdi>,
    isSecondary: true,
  },
];

const LABELS = {
  actorName: 'Who, by name',
  actorId: 'Who, by id',
  targetId: 'Object, by id',
  since: 'From',
  until: 'Before',
  actions: 'What',
  targetTypes: 'Kind of object',
  outcomes: 'Outcome',
  domainId: 'Domain, by id',
  projectId: 'Project, by id',
};

const one = (text: string | undefined) => (text === undefined ? undefined : [text]);

/** The audit entries that the viewer may read, newest first. */
export function AuditPage() {
  return (
    <>
      <AuditSections />
      <ListPage
        title="Audit log"
        noun={['entry', 'entries']}
        document={AuditEntriesDocument}
        search={auditSearch}
        labels={LABELS}
        variables={({ actorName, actorId, targetId, domainId, projectId, order: _, after: __, ...same }) => ({
          filter: {
            ...same,
            actorNames: one(actorName),
            actorIds: one(actorId),
            targetIds: one(targetId),
            domainIds: one(domainId),
            projectIds: one(projectId),
          },
        })}
        columns={COLUMNS}
        defaultOrder={'' as never}
        live={KINDS}
        isCounted={false}
        empty={<p>Nothing that you may read at this scope was done yet.</p>}
      />
    </>
  );
}
