import { Field } from '../../kit/field.js';
import { SelectField } from '../../kit/select-field.js';
import { domainOwned, listed } from '../../kit/typed-refs.js';

/** Availabilities, in words for a choice. */
export const AVAILABILITY_CHOICES = [
  ['PAUSE', 'Paused: nothing new comes to it'],
  ['ACTIVE', 'Active: it takes workloads'],
  ['DRAIN', 'Draining: what it has leaves'],
] as const;

const CHOICES = [
  ['any', 'any project'],
  ['none', 'no project'],
  ['these', 'these projects:'],
] as const;

/** Projects as a person types them. */
export const projectRef = (typed: string) => domainOwned('prj', typed);

/** What was chosen of the tenants: undefined for any project's. */
export function tenantsOf(choice: string | undefined, projects: string | undefined) {
  if (choice === 'none') return [];
  return choice === 'these' ? listed(projects).map(projectRef) : undefined;
}

interface TenantsFieldsProps {
  /** As they are; null for any, an empty list for none. */
  readonly tenants: readonly string[] | null;
}

/** Whose workloads a node takes. */
export function TenantsFields({ tenants }: TenantsFieldsProps) {
  const chosen = tenants === null ? 'any' : tenants.length === 0 ? 'none' : 'these';
  return (
    <>
      <SelectField label="It takes the workloads of" name="tenants" options={CHOICES} defaultValue={chosen} />
      <Field
        label="These projects"
        name="projects"
        isLong
        defaultValue={tenants?.join('\n') ?? ''}
        hint="As domain/project, one in a line. They count only where they are chosen above."
      />
    </>
  );
}

/** Labels of the namespace that people set. */
export const LabelsField = ({
  label = 'Labels',
  name = 'labels',
}: {
  readonly label?: string;
  readonly name?: string;
}) => <Field label={label} name={name} isLong hint="As admin.rack=7, one in a line; their keys begin with admin." />;
