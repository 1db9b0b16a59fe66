import { type ReactNode, useEffect, useState } from 'react';
import { Copy } from './copy.js';
import { Modal } from './modal.js';
import css from './shown-once.module.css';

/** Nobody who leaves a page open leaves a secret on it. */
const SHOWN_MS = 60_000;

interface ShownOnceProps {
  readonly title: string;
  /** What it is called. */
  readonly what: string;
  /** It lives in this component alone: in no address, no storage and no cache. */
  readonly secret: string;
  /** What to do with it. */
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** A secret that the server gave once. It is hidden again after a minute, and gone when the dialog closes. */
export function ShownOnce({ title, what, secret, children, onClose }: ShownOnceProps) {
  const [isHidden, setHidden] = useState(false);
  useEffect(() => {
    if (isHidden) return;
    const timer = setTimeout(() => setHidden(true), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isHidden]);
  return (
    <Modal title={title}>
      <div className={css.once}>
        <p>
          <strong>This is shown only now.</strong> Nobody can read it again: keep it before you close this.
        </p>
        <p className={css.secret}>
          {isHidden ? (
            <>
              The {what} is hidden.{' '}
              <button type="button" onClick={() => setHidden(false)}>
                Show it again
              </button>
            </>
          ) : (
            <Copy text={secret} what={`the ${what}`} />
          )}
        </p>
        {children}
        <div className={css.buttons}>
          <button type="button" className="primary" onClick={onClose}>
            I have kept it
          </button>
        </div>
      </div>
    </Modal>
  );
}
