import { Copy } from './copy.js';
import { Modal } from './modal.js';

interface SecretOnceProps {
  readonly title: string;
  readonly secret: string;
  /** What to do with it. */
  readonly advice: string;
  readonly onClose: () => void;
}

/** A secret that is shown this once: it is kept nowhere, and gone when the dialog closes. */
export function SecretOnce({ title, secret, advice, onClose }: SecretOnceProps) {
  return (
    <Modal title={title}>
      <p>{advice} It is not shown again.</p>
      <p>
        <Copy text={secret} what="the secret" />
      </p>
      <p>
        <button type="button" className="primary" onClick={onClose}>
          I have stored it
        </button>
      </p>
    </Modal>
  );
}
