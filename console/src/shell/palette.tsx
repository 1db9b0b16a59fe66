import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { clientOf } from '../api/client.js';
import type { Scope } from '../api/scope.js';
import { SearchDocument, type SearchQuery } from '../generated/documents.js';
import { Chooser, type Option } from '../kit/chooser.js';
import { Modal } from '../kit/modal.js';
import { pathOf, type Search } from '../kit/scoped-link.js';
import { useViewer } from '../kit/viewer.js';
import { type Hit, wayTo } from './kinds.js';
import { useNouns } from './navigation.js';
import type { Noun } from './nouns.js';
import { useChoices } from './scope-switch.js';
import { applyTheme, THEMES } from './theme.js';
import { useTyped } from './typed.js';

type Run = (act: () => unknown) => () => void;
type Go = (path: readonly string[], search?: Search) => () => void;

/** Everything that can be gone to or done from anywhere, by typing a part of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const { scope } = useViewer();
  const [choices, setScopeTyped] = useChoices();
  const [hits, setHitTyped] = useHits();
  const nouns = useNouns();
  const navigate = useNavigate();
  const then: Run = (act) => () => {
    onClose();
    act();
  };
  const go: Go = (path, search = {}) => then(() => navigate({ to: pathOf(scope, path), search }));
  const toScope = (to: Scope) => then(() => navigate({ to: '/s/$scope', params: { scope: to } }));
  const scopes = (choices?.choices ?? []).map((one) => ({
    key: `scope ${one.scope}`,
    label: `${one.kind}: ${one.name}`,
    hint: 'change the scope',
    choose: toScope(one.scope),
  }));
  const onTyped = (typed: string) => {
    setScopeTyped(typed);
    setHitTyped(typed);
  };
  return (
    <Modal title="Go to" onClose={onClose}>
      <Chooser
        label="A place, a scope or a name"
        options={[...placesOf(nouns, go), ...scopes, ...themesOf(then)]}
        optionsFor={(typed) => [...foundOf(hits, typed, go), ...listsOf(nouns, typed, go)]}
        onTyped={onTyped}
      />
    </Modal>
  );
}

const placesOf = (nouns: readonly Noun[], go: Go): Option[] =>
  nouns.map(({ title, path }) => ({ key: `noun ${title}`, label: title, hint: 'go to', choose: go(path) }));

const themesOf = (then: Run): Option[] =>
  THEMES.map((one) => ({
    key: `theme ${one}`,
    label: `Theme: ${one}`,
    hint: 'show the page in',
    choose: then(() => applyTheme(one)),
  }));

const foundOf = (hits: readonly Hit[], typed: string, go: Go): Option[] =>
  hits
    .filter((hit) => isFor(hit, typed))
    .flatMap((hit) => wayTo(hit) ?? [])
    .map(({ path, ...way }) => ({ ...way, choose: go(path) }));

const listsOf = (nouns: readonly Noun[], typed: string, go: Go): Option[] =>
  nouns
    .filter(({ policy, hasNames }) => policy !== null && hasNames)
    .map(({ title, path }) => ({
      key: `list ${title}`,
      label: `${title} whose names begin with “${typed}”`,
      hint: 'list',
      choose: go(path, { nameStartsWith: typed }),
    }));

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
