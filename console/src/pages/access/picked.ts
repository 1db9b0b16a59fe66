import { useDocument } from '../../api/queries.js';
import {
  NamesOfAgentsDocument,
  NamesOfDomainsDocument,
  NamesOfGroupsDocument,
  NamesOfProjectsDocument,
  NamesOfUsersDocument,
} from '../../generated/documents.js';
import type { Pick } from '../../kit/pick-field.js';
import { useTargetOptions } from './options.js';
import { partsOf } from './refs.js';

/** What a word in an address stands for, with its name once that is known. */
export function usePicked(word: string | undefined): Pick | null {
  const [kind, id] = partsOf(word);
  const paused = (one: string) => ({ isPaused: kind !== one });
  const { data: users } = useDocument(NamesOfUsersDocument, { id }, paused('user'));
  const { data: groups } = useDocument(NamesOfGroupsDocument, { id }, paused('group'));
  const { data: agents } = useDocument(NamesOfAgentsDocument, { id }, paused('agent'));
  const { data: domains } = useDocument(NamesOfDomainsDocument, { id }, paused('domain'));
  const { data: projects } = useDocument(NamesOfProjectsDocument, { id }, paused('project'));
  if (!word) return null;
  if (word === 'system') return { id: word, label: 'the system' };
  const found = {
    user: users?.user,
    group: groups?.group,
    agent: agents?.agent,
    domain: domains?.domain,
    project: projects?.project,
  };
  const named = found[kind as keyof typeof found];
  return { id: word, label: named?.id === id ? named.name : word, hint: kind === 'user' ? 'person' : kind };
}

/** The object of an id in an address, with its name once that is known. */
export function usePickedTarget(id: string | undefined): Pick | null {
  const found = useTargetOptions(id ?? '', id === undefined);
  if (id === undefined) return null;
  return found?.find((one) => one.id === id) ?? { id, label: id };
}
