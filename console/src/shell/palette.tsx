import { useNavigate } from '@tanstack/react-router';
import { Chooser, type Option } from '../kit/chooser.js';
import { Modal } from '../kit/modal.js';
import { pathOf, type Search } from '../kit/scoped-link.js';
import { useViewer } from '../kit/viewer.js';
import { useNouns } from './navigation.js';
import { useChoices } from './scope-switch.js';
import { applyTheme, THEMES } from './theme.js';

/** Everything that can be gone to or done from anywhere, by typing a part of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { scope } = useViewer();
  const nouns = useNouns();
  const choices = useChoices() ?? [];
  const navigate = useNavigate();
  const then = (act: () => unknown) => () => {
    onClose();
    act();
  };
  const go = (path: readonly string[], search: Search = {}) =>
    then(() => navigate({ to: pathOf(scope, path), search }));
  const options: Option[] = [
    ...nouns.map(({ title, path }) => ({ key: `noun ${title}`, label: title, hint: 'go to', choose: go(path) })),
    ...choices.map(({ scope: to, kind, name }) => ({
      key: `scope ${to}`,
      label: `${kind}: ${name}`,
      hint: 'change the scope',
      choose: then(() => navigate({ to: '/s/$scope', params: { scope: to } })),
    })),
    ...THEMES.map((one) => ({
      key: `theme ${one}`,
      label: `Theme: ${one}`,
      hint: 'show the page in',
      choose: then(() => applyTheme(one)),
    })),
  ];
  const lists = nouns.filter(({ policy }) => policy !== null);
  const optionsFor = (typed: string): Option[] =>
    lists.map(({ title, path }) => ({
      key: `list ${title}`,
      label: `${title} whose names begin with “${typed}”`,
      hint: 'list',
      choose: go(path, { nameStartsWith: typed }),
    }));
  return (
    <Modal title="Go to" onClose={onClose}>
      <Chooser label="A place, a scope or a name" options={options} optionsFor={optionsFor} />
    </Modal>
  );
}
