import { AssignmentsDocument } from '../../generated/documents.js';
import { Related } from '../../kit/related.js';
import { ScopedLink, type Search } from '../../kit/scoped-link.js';
import type { GrantStart } from '../access/grant-dialog.js';
import { GrantTask } from '../access/grant-task.js';
import { ASSIGNMENT_COLUMNS, HELD_COLUMNS } from './columns.js';

interface AssignmentsOfProps {
  readonly filter: {
    readonly userIds?: string[];
    readonly groupIds?: string[];
    readonly roles?: string[];
    readonly domainIds?: string[];
    readonly projectIds?: string[];
  };
  readonly start: GrantStart;
  /** The same filter in the address of the whole list. */
  readonly search: Search;
  readonly empty: string;
}

/** The assignments that belong to a person, a group or a role, or that are valid in a domain or a project. */
export function AssignmentsOf({ filter, start, search, empty }: AssignmentsOfProps) {
  return (
    <Related
      label="Assignments"
      document={AssignmentsDocument}
      variables={{ first: 20, filter, withCount: false }}
      policy="assignment:list"
      columns={filter.userIds || filter.groupIds ? HELD_COLUMNS : ASSIGNMENT_COLUMNS}
      keyOf={({ id }) => id}
      empty={empty}
      actions={<GrantTask start={start} />}
      all={
        <ScopedLink path={['assignments']} search={search}>
          All of them
        </ScopedLink>
      }
    />
  );
}
