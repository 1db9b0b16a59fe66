import { FactList } from '../../kit/detail-page.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { Time } from '../../kit/time.js';
import { inWords } from '../../kit/words.js';
import { AgentStateBadge } from '../agents/state.js';
import type { NodeFound } from './node-action.js';
import { ConditionBadge } from './state.js';

interface PartProps {
  readonly node: NodeFound;
}

/** What is observed of the node. */
export function Conditions({ node }: PartProps) {
  return (
    <Section title="Conditions">
      <SmallTable
        label="Conditions"
        rows={node.conditions}
        keyOf={({ type }) => type}
        empty="Nothing is observed of it."
        columns={[
          { title: 'Condition', cell: ({ type }) => inWords(type) },
          { title: 'State', cell: ({ reason }) => <ConditionBadge reason={reason} /> },
          { title: 'Why', cell: ({ message }) => message },
          { title: 'Since', cell: ({ lastTransitionAt }) => <Time at={lastTransitionAt} none="always" /> },
        ]}
      />
    </Section>
  );
}

/** The agent of its machine, and what its last evidence said. */
export function NodesAgent({ node: { agent } }: PartProps) {
  if (!agent) return null;
  const { lastResult } = agent;
  return (
    <Section title="Agent">
      <FactList
        facts={[
          [
            'Agent',
            <ScopedLink key="agent" path={['agents', agent.id]}>
              <bdi>{agent.name}</bdi>
            </ScopedLink>,
          ],
          ['State', <AgentStateBadge key="state" state={agent.state} />],
          ['Trusted until', <Time key="trusted" at={agent.trustedUntil} />],
          ['Last accepted', <Time key="accepted" at={agent.lastAcceptedAt} none="never" />],
          ['Last rejected', <Time key="rejected" at={agent.lastRejectedAt} none="never" />],
          ...(lastResult?.explanation
            ? ([
                [
                  'Why its last evidence was rejected',
                  <ScopedLink key="why" path={['attestations', lastResult.id]}>
                    {lastResult.explanation.summary}
                  </ScopedLink>,
                ],
                ['What to do', lastResult.explanation.advice],
              ] as const)
            : []),
        ]}
      />
    </Section>
  );
}

const NAMESPACES: Readonly<Record<string, string>> = {
  admin: 'people',
  policy: 'who writes ACLs',
  attested: 'the server, from evidence',
  reported: 'the machine itself, which can say anything',
};

const namespaceOf = (key: string) => key.slice(0, key.indexOf('.'));
const ORDER = Object.keys(NAMESPACES);

/** Its labels, by who set them. */
export function Labels({ node }: PartProps) {
  const place = (key: string) => ORDER.indexOf(namespaceOf(key));
  const labels = [...node.labels].sort(
    (one, other) => place(one.key) - place(other.key) || (one.key < other.key ? -1 : 1),
  );
  return (
    <SmallTable
      label="Labels"
      rows={labels}
      keyOf={({ key }) => key}
      empty="It has no labels."
      columns={[
        { title: 'Label', cell: ({ key }) => <code>{key}</code> },
        { title: 'Value', cell: ({ value }) => <bdi>{value}</bdi> },
        { title: 'Set by', cell: ({ key }) => NAMESPACES[namespaceOf(key)] ?? '—' },
      ]}
    />
  );
}

const STEP = 1024;

/** A size in the unit that is easiest to read. */
export function sizeOf(bytes: number | null): string | null {
  if (bytes === null) return null;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(STEP)), units.length - 1);
  return `${(bytes / STEP ** power).toLocaleString('en', { maximumFractionDigits: 1 })} ${units[power]}`;
}

/** What the machine reports of itself. */
export function Machine({ node: { facts } }: PartProps) {
  return (
    <Section title="Reported by its machine">
      {facts ? (
        <FactList
          facts={[
            ['Operating system', <bdi key="os">{facts.os ?? '—'}</bdi>],
            ['Kernel', <bdi key="kernel">{facts.kernel ?? '—'}</bdi>],
            ['Architecture', <bdi key="architecture">{facts.architecture ?? '—'}</bdi>],
            ['Processors', facts.cpus],
            ['Memory', sizeOf(facts.memoryBytes)],
            ['Free disk', sizeOf(facts.diskBytes)],
            ['Own addresses', facts.addresses.length > 0 && <bdi>{facts.addresses.join(', ')}</bdi>],
            ['Booted, by its clock', <Time key="booted" at={facts.bootedAt} />],
            ['Agent version', <bdi key="version">{facts.agentVersion ?? '—'}</bdi>],
            ['Reported', <Time key="reported" at={facts.lastReportedAt} />],
          ]}
        />
      ) : (
        <p>It has reported nothing of itself yet.</p>
      )}
    </Section>
  );
}

type Tenant = NonNullable<NodeFound['tenants']>[number];

/** A project as people type it. */
export const tenantName = ({ name, domain }: Tenant): string => (domain ? `${domain.name}/${name}` : name);

/** Whose workloads a node takes. */
export function tenantWords(tenants: NodeFound['tenants']): string {
  if (tenants === null) return 'any project';
  return tenants.length === 0 ? 'no project' : tenants.map(tenantName).join(', ');
}
