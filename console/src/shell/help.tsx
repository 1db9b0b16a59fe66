import { useNavigate } from '@tanstack/react-router';
import { KeyList } from '../kit/keys.js';
import { Modal } from '../kit/modal.js';
import { pathOf } from '../kit/scoped-link.js';
import { useViewer } from '../kit/viewer.js';

/** The keys, over the page, and the way to what the console says about itself. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <Modal title="Help" onClose={onClose}>
      <KeyList />
      <p>
        <button
          type="button"
          onClick={() => {
            onClose();
            void navigate({ to: pathOf(scope, ['about']) });
          }}
        >
          About this console
        </button>
      </p>
    </Modal>
  );
}
