import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { session } from '../api/session.js';
import { useStore } from '../api/store.js';
import { Chooser } from '../kit/chooser.js';
import { Loading } from '../kit/loading.js';
import { Modal } from '../kit/modal.js';
import { type Choice, choicesOf } from './scopes.js';

/** The scopes that the person may choose; null until they are known. */
export function useChoices(): readonly Choice[] | null {
  const id = useStore(session)?.user.id;
  const [choices, setChoices] = useState<readonly Choice[] | null>(null);
  useEffect(() => {
    if (id !== undefined) void choicesOf(id).then(setChoices);
  }, [id]);
  return choices;
}

/** Chooses the scope of the page. */
export function ScopeSwitch({ onClose }: { readonly onClose: () => void }) {
  const choices = useChoices();
  const navigate = useNavigate();
  const options = choices?.map(({ scope, kind, name, roles }) => ({
    key: scope,
    label: `${kind}: ${name}`,
    hint: roles.join(', '),
    choose: () => {
      onClose();
      void navigate({ to: '/s/$scope', params: { scope } });
    },
  }));
  return (
    <Modal title="Choose a scope" onClose={onClose}>
      {options ? <Chooser label="Name of a scope" options={options} /> : <Loading what="your scopes" />}
    </Modal>
  );
}
