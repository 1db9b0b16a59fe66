import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Chooser } from '../kit/chooser.js';
import { Loading } from '../kit/loading.js';
import { Modal } from '../kit/modal.js';
import { type Choice, type Choices, isWithoutScope } from './choice.js';
import { choicesOf } from './scopes.js';
import { useTyped } from './typed.js';

/** The first scopes, and those whose names begin with what is typed. */
const find = async (typed: string): Promise<Choices | null> => choicesOf(typed);

/** The scopes that the person may choose, without those known before; null until they are known. */
export function useChoices(): readonly [Choices | null, (typed: string) => void] {
  const [first, setFirst] = useState<Choices | null>(null);
  const [found, setTyped] = useTyped(find);
  useEffect(() => {
    // What is chosen from at first stays to be chosen from by any part of a name.
    setFirst((known) => known ?? found);
  }, [found]);
  return [first && { ...first, choices: together(first.choices, found?.choices ?? []) }, setTyped];
}

const together = (one: readonly Choice[], other: readonly Choice[]): readonly Choice[] => [
  ...new Map([...one, ...other].map((choice) => [choice.scope, choice])).values(),
];

/** Chooses the scope of the page. */
export function ScopeSwitch({ onClose }: { readonly onClose: () => void }) {
  const [found, setTyped] = useChoices();
  const navigate = useNavigate();
  const options = found?.choices.map(({ scope, kind, name, roles }) => ({
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
      {found && isWithoutScope(found) && <AskForRole />}
      {options ? (
        <Chooser label="Name of a scope" options={options} onTyped={setTyped} />
      ) : (
        <Loading what="your scopes" />
      )}
      {found?.hasMore && <p>There are more: type what the name of a domain or a project begins with.</p>}
    </Modal>
  );
}

/** For a person who holds nothing: what to ask for. */
export function WithoutScope() {
  const [found] = useChoices();
  return found && isWithoutScope(found) ? <AskForRole /> : null;
}

function AskForRole() {
  return (
    <p role="status">
      You hold no role anywhere, so there is nothing to see yet. Ask an administrator of your domain for a role on a
      project or on the domain, such as <code>reader</code>.
    </p>
  );
}
