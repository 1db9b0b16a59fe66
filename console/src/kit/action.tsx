import { useId } from 'react';
import css from './action.module.css';
import { obstacleOf, type Permission } from './permission.js';

interface ActionProps {
  readonly label: string;
  /** What the server says about it; without an answer it cannot be done. */
  readonly permission: Permission | undefined;
  /** Why the state of the object forbids it; null when it does not. */
  readonly unfit?: string | null;
  readonly isDangerous?: boolean;
  /** Whether it is what the page is for. */
  readonly isPrimary?: boolean;
  readonly onRun: () => void;
}

/** A button for something that the viewer may do, or that says why not and what would allow it. */
export function Action({
  label,
  permission,
  unfit = null,
  isDangerous = false,
  isPrimary = false,
  onRun,
}: ActionProps) {
  const id = useId();
  const denial = obstacleOf(permission);
  const obstacle = denial ?? unfit;
  if (obstacle === null)
    return (
      <button
        type="button"
        className={isDangerous ? 'danger' : isPrimary ? 'primary' : undefined}
        data-operation={permission?.operation}
        onClick={onRun}
      >
        {label}
      </button>
    );
  // It keeps its place among the keys, so that the reason can be read without a mouse.
  return (
    <span className={css.disabled}>
      <button
        type="button"
        aria-disabled="true"
        aria-describedby={id}
        data-operation={permission?.operation}
        data-obstacle={denial === null ? 'state' : 'rights'}
      >
        {label}
      </button>
      <span id={id} role="tooltip">
        {obstacle}
      </span>
    </span>
  );
}
