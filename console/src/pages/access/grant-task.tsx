import { Task } from '../../kit/task.js';
import { useCan } from './can.js';
import { GrantDialog, type GrantStart } from './grant-dialog.js';

/** The button that opens the dialog to grant a role, with what is known already. */
export function GrantTask({
  label = 'Grant a role',
  start = {},
}: {
  readonly label?: string;
  readonly start?: GrantStart;
}) {
  const can = useCan(['grantRole']);
  return (
    <Task label={label} permission={can('grantRole')}>
      {(close) => <GrantDialog start={start} onClose={close} />}
    </Task>
  );
}
