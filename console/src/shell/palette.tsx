import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { clientOf } from '../api/client.js';
import { SearchDocument, type SearchQuery } from '../generated/documents.js';
import { Chooser, type Option } from '../kit/chooser.js';
import { Modal } from '../kit/modal.js';
import { pathOf, type Search } from '../kit/scoped-link.js';
import { useViewer } from '../kit/viewer.js';
import { type Hit, wayTo } from './kinds.js';
import { useNouns } from './navigation.js';
import { useChoices } from './scope-switch.js';
import { applyTheme, THEMES } from './theme.js';
import { useTyped } from './typed.js';

/** Everything that can be gone to or done from anywhere, by typing a part of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { scope } = useViewer();
  const [choices, setScopeTyped] = useChoices();
  const [hits, setHitTyped] = useHits();
  const navigate = useNavigate();
  const then = (act: () => unknown) => () => {
    onClose();
    act();
  };
  const go = (path: readonly string[], search: Search = {}) =>
    then(() => navigate({ to: pathOf(scope, path), search }));
  const toScopes = (choices?.choices ?? []).map(({ scope: to, kind, name }) => ({
    key: `scope ${to}`,
    label: `${kind}: ${name}`,
    hint: 'change the scope',
    choose: then(() => navigate({ to: '/s/$scope', params: { scope: to } })),
  }));
  const themes = THEMES.map((one) => ({
    key: `theme ${one}`,
    label: `Theme: ${one}`,
    hint: 'show the page in',
    choose: then(() => applyTheme(one)),
  }));
  const nouns = useNouns();
  const places = nouns.map(({ title, path }) => ({
    key: `noun ${title}`,
    label: title,
    hint: 'go to',
    choose: go(path),
  }));
  const lists = nouns.filter(({ policy }) => policy !== null);
  const optionsFor = (typed: string): Option[] => [
    ...hits
      .filter((hit) => isFor(hit, typed))
      .flatMap((hit) => wayTo(hit) ?? [])
      .map(({ path, ...way }) => ({ ...way, choose: go(path) })),
    ...lists.map(({ title, path }) => ({
      key: `list ${title}`,
      label: `${title} whose names begin with “${typed}”`,
      hint: 'list',
      choose: go(path, { nameStartsWith: typed }),
    })),
  ];
  const onTyped = (typed: string) => {
    setScopeTyped(typed);
    setHitTyped(typed);
  };
  return (
    <Modal title="Go to" onClose={onClose}>
      <Chooser
        label="A place, a scope or a name"
        options={[...places, ...toScopes, ...themes]}
        optionsFor={optionsFor}
        onTyped={onTyped}
      />
    </Modal>
  );
}

/** Whether what was found before still fits what is typed now: an answer comes later than the next letter. */
const isFor = ({ id, name }: Hit, typed: string): boolean =>
  id === typed || (name?.toLowerCase().startsWith(typed.toLowerCase()) ?? false);

/** Objects that the viewer may read at this scope, by what their names begin with or by their id. */
function useHits(): readonly [readonly Hit[], (typed: string) => void] {
  const { scope } = useViewer();
  const find = useCallback(
    async (text: string): Promise<readonly Hit[]> => {
      if (text === '') return [];
      const { data } = await clientOf(scope).query(SearchDocument.toString(), { text }).toPromise();
      return (data as SearchQuery | undefined)?.search ?? [];
    },
    [scope],
  );
  const [hits, setTyped] = useTyped(find);
  return [hits ?? [], setTyped];
}
