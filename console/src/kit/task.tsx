import { type ComponentProps, type ReactNode, useState } from 'react';
import { Action } from './action.js';

interface TaskProps extends Omit<ComponentProps<typeof Action>, 'onRun'> {
  /** The dialog that does it, given what closes it. */
  readonly children: (close: () => void) => ReactNode;
}

/** An action together with its dialog. */
export function Task({ children, ...action }: TaskProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Action {...action} onRun={() => setOpen(true)} />
      {isOpen && children(() => setOpen(false))}
    </>
  );
}
