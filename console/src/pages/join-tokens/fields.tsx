import { useId } from 'react';
import { useDocument } from '../../api/queries.js';
import { JoinTokenChoicesDocument, type JoinTokenChoicesQuery } from '../../generated/documents.js';
import { Field } from '../../kit/field.js';
import { SelectField } from '../../kit/select-field.js';
import { useViewer } from '../../kit/viewer.js';
import { LIFETIMES } from './input.js';

type Project = NonNullable<JoinTokenChoicesQuery['projects']>['nodes'][number];

const nameOf = ({ name, domain }: Project) => (domain ? `${domain.name}/${name}` : name);

/** What a join token says of the machines that join with it. */
export function JoinTokenFields() {
  const { permissions } = useViewer();
  const seesLists = permissions?.has('allowlist:get') ?? false;
  const { data } = useDocument(JoinTokenChoicesDocument, { seesLists });
  const projects = (data?.projects?.nodes ?? []).filter(({ isOperators }) => isOperators).map(nameOf);
  const lists = (data?.allowlists?.nodes ?? []).map(({ name }) => name);
  return (
    <>
      <Suggested
        // The only one there is needs no typing.
        key={projects[0]}
        defaultValue={projects.length === 1 ? projects[0] : undefined}
        label="Project"
        name="project"
        required
        hint="The operators’ project that owns the agents, as domain/project."
        among={projects}
      />
      <Field
        label="Name of the node"
        // A form with a field called nodeName has no nodeName of its own, which React reads of it.
        name="nodePattern"
        hint="For several machines a pattern, in which {n} becomes a number, such as web-{n}."
      />
      <Field label="Or a node that waits" name="node" hint="Its name, instead of a name above." />
      <Field label="Machines that can join" name="uses" type="number" min={1} max={10_000} defaultValue={1} required />
      <SelectField label="It expires in" name="expiresAt" options={LIFETIMES} defaultValue="24" />
      <Suggested
        label="Allowlist"
        name="allowlist"
        hint="What the machines are verified against; the project’s default when empty."
        among={lists}
      />
      <More />
      <Field label="What it is for" name="description" />
    </>
  );
}

/** What most leave as it is. */
function More() {
  return (
    <details>
      <summary>Labels, tenants, availability, TPM, address</summary>
      <Field label="Labels" name="labels" isLong hint="As admin.rack=7, one in a line; their keys begin with admin." />
      <SelectField
        label="The nodes take the workloads of"
        name="tenants"
        options={[
          ['', 'any project; a waiting node keeps what it has'],
          ['none', 'no project'],
          ['these', 'these projects:'],
        ]}
      />
      <Field label="These projects" name="projects" isLong hint="As domain/project, one in a line." />
      <SelectField
        label="Availability"
        name="availability"
        options={[
          ['', 'Paused; a waiting node keeps what it has'],
          ['ACTIVE', 'Active: they take workloads'],
          ['DRAIN', 'Draining'],
        ]}
      />
      <SelectField
        label="TPMs of the machines"
        name="tpmKind"
        options={[
          ['PHYSICAL', 'chips'],
          ['VIRTUAL', 'virtual'],
        ]}
      />
      <Field label="Address" name="address" hint="For a token of one use." />
    </details>
  );
}

type SuggestedProps = React.ComponentProps<typeof Field> & { readonly among: readonly string[] };

/** A field with suggestions, in which anything else can be typed too. */
function Suggested({ among, ...field }: SuggestedProps) {
  const id = useId();
  return (
    <div>
      <Field {...field} list={id} />
      <datalist id={id}>
        {among.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </div>
  );
}
