import { KeyList } from '../kit/keys.js';
import { Modal } from '../kit/modal.js';

/** The keys, over the page. */
export const HelpDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Modal title="Keys" onClose={onClose}>
    <KeyList />
  </Modal>
);
