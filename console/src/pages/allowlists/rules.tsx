import { useDocument } from '../../api/queries.js';
import { AllowlistRulesDocument } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';

interface PcrRule {
  readonly pcr: number;
  readonly values: readonly string[];
}

/** What the revision in force says besides its files. */
export function Rules({ id }: { readonly id: string }) {
  const { data, fault, refresh } = useDocument(AllowlistRulesDocument, { id });
  const revision = data?.allowlist?.currentRevision;
  if (!revision) return fault ? <FaultNote fault={fault} onRetry={refresh} /> : null;
  const { tpmPcrs, vtpmPcrs, imaPolicyExcludes } = revision;
  return (
    <>
      <Pcrs title="PCRs of physical TPMs" rules={tpmPcrs} />
      <Pcrs title="PCRs of virtual TPMs" rules={vtpmPcrs} />
      {imaPolicyExcludes && imaPolicyExcludes.length > 0 && (
        <Section title="Excludes beside the list">
          <ul>
            {imaPolicyExcludes.map((pattern) => (
              <li key={pattern}>
                <code>{pattern}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Pcrs({ title, rules }: { readonly title: string; readonly rules: readonly PcrRule[] | null }) {
  if (rules === null) return null;
  return (
    <Section title={title}>
      <SmallTable
        label={title}
        columns={[
          { title: 'PCR', cell: ({ pcr }: PcrRule) => pcr },
          { title: 'Values that it may have', cell: ({ values }: PcrRule) => <Values values={values} /> },
        ]}
        rows={rules}
        keyOf={({ pcr }) => String(pcr)}
        empty="No PCR is named."
      />
    </Section>
  );
}

function Values({ values }: Pick<PcrRule, 'values'>) {
  if (values.length === 0) return <span>any, but it must be quoted</span>;
  return (
    <>
      {values.map((value) => (
        <div key={value}>
          <code>{value}</code>
        </div>
      ))}
    </>
  );
}
