import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import css from './modal.module.css';

interface ModalProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Without it the dialog stays until it is done. */
  readonly onClose?: () => void;
}

/** A dialog over the page: the browser keeps the focus inside, and gives it back at the end. */
export function Modal({ title, children, onClose }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) {
      shown.showModal();
      shown.querySelector<HTMLElement>('input, textarea')?.focus();
    }
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={css.dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        {onClose && (
          <button type="button" className="plain" aria-label="Close" onClick={onClose}>
            <X size={16} />
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
