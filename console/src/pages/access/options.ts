import { useDocument } from '../../api/queries.js';
import {
  PickPeopleDocument,
  type PickPeopleQuery,
  PickPoliciesDocument,
  PickRolesDocument,
  PickScopesDocument,
  PickTargetsDocument,
} from '../../generated/documents.js';
import type { Pick } from '../../kit/pick-field.js';
import { useViewer } from '../../kit/viewer.js';
import { inWords } from '../../kit/words.js';

/** Hooks that find what fits a typed text, for fields to pick from. */
type Options = readonly Pick[] | undefined;

const joined = (...parts: readonly (string | null | undefined)[]) => parts.filter(Boolean).join(' · ');

const userPicks = ({ users }: PickPeopleQuery): readonly Pick[] =>
  users?.nodes.map(({ id, name, displayName, domain }) => ({
    id: `user:${id}`,
    label: name,
    hint: joined(displayName, domain?.name),
  })) ?? [];

const groupPicks = ({ groups }: PickPeopleQuery): readonly Pick[] =>
  groups?.nodes.map(({ id, name, domain }) => ({
    id: `group:${id}`,
    label: name,
    hint: joined('group', domain?.name),
  })) ?? [];

const agentPicks = ({ agents }: PickPeopleQuery): readonly Pick[] =>
  agents?.nodes.map(({ id, name, project }) => ({
    id: `agent:${id}`,
    label: name,
    hint: joined('agent', project?.name),
  })) ?? [];

interface Kinds {
  readonly users?: boolean;
  readonly groups?: boolean;
  readonly agents?: boolean;
}

function usePeople(
  typed: string,
  isPaused: boolean,
  { users = false, groups = false, agents = false }: Kinds,
): Options {
  const { permissions } = useViewer();
  const variables = {
    begin: typed || null,
    withUsers: users && (permissions?.has('user:get') ?? false),
    withGroups: groups && (permissions?.has('group:get') ?? false),
    withAgents: agents && (permissions?.has('agent:get') ?? false),
  };
  const isNothing = !variables.withUsers && !variables.withGroups && !variables.withAgents;
  const { data, fault } = useDocument(PickPeopleDocument, variables, { isPaused: isPaused || isNothing });
  if (isNothing || fault) return [];
  return data && [...userPicks(data), ...groupPicks(data), ...agentPicks(data)];
}

/** People. */
export const useUserOptions = (typed: string, isPaused: boolean) => usePeople(typed, isPaused, { users: true });
/** Groups. */
export const useGroupOptions = (typed: string, isPaused: boolean) => usePeople(typed, isPaused, { groups: true });
/** People and groups. */
export const useHolderOptions = (typed: string, isPaused: boolean) =>
  usePeople(typed, isPaused, { users: true, groups: true });
/** People and agents. */
export const usePrincipalOptions = (typed: string, isPaused: boolean) =>
  usePeople(typed, isPaused, { users: true, agents: true });

/** Roles, by their ids. */
export function useRoleOptions(typed: string, isPaused: boolean): Options {
  const { data, fault } = useDocument(PickRolesDocument, { begin: typed || null }, { isPaused });
  if (fault) return [];
  return data?.roles?.nodes.map(({ id, name, description, domain }) => ({
    id,
    label: name,
    hint: joined(description, domain && `of ${domain.name}`),
  }));
}

/** Domains and projects. */
export const usePlaceOptions = (typed: string, isPaused: boolean): Options =>
  useScopeOptions(typed, isPaused)?.filter(({ id }) => id !== 'system');

/** The system, domains and projects. */
export function useScopeOptions(typed: string, isPaused: boolean): Options {
  const { permissions } = useViewer();
  const variables = {
    begin: typed || null,
    withDomains: permissions?.has('domain:get') ?? false,
    withProjects: permissions?.has('project:get') ?? false,
  };
  const { data, fault } = useDocument(PickScopesDocument, variables, { isPaused });
  if (fault) return [];
  if (!data) return undefined;
  const domains = data.domains?.nodes ?? [];
  const projects = data.projects?.nodes ?? [];
  return [
    ...('the system'.includes(typed.toLowerCase()) ? [{ id: 'system', label: 'the system' }] : []),
    ...domains.map(({ id, name }) => ({ id: `domain:${id}`, label: name, hint: 'domain' })),
    ...projects.map(({ id, name, domain }) => ({
      id: `project:${id}`,
      label: name,
      hint: joined('project', domain && `of ${domain.name}`),
    })),
  ];
}

const SHOWN_MAX = 30;

/** Policies, by a part of their name, of what they are about or of the operations that they guard. */
export function usePolicyOptions(typed: string, isPaused: boolean): Options {
  const { data, fault } = useDocument(PickPoliciesDocument, {}, { isPaused });
  if (fault) return [];
  const words = typed.toLowerCase().split(/\s+/);
  return data?.policies
    ?.filter(({ name, description, operations }) => {
      const text = `${name} ${description} ${operations.join(' ')}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => Number(other.name.includes(typed)) - Number(one.name.includes(typed)))
    .slice(0, SHOWN_MAX)
    .map(({ name, description }) => ({ id: name, label: name, hint: description }));
}

/** Anything that the viewer may read, by its id or the beginning of its name. */
export function useTargetOptions(typed: string, isPaused: boolean): Options {
  const isNothing = typed === '';
  const { data, fault } = useDocument(PickTargetsDocument, { text: typed }, { isPaused: isPaused || isNothing });
  if (isNothing || fault) return [];
  return data?.search?.map(({ kind, id, name, domain, project }) => ({
    id,
    label: name ?? id,
    hint: joined(inWords(kind).toLowerCase(), project?.name ?? domain?.name),
  }));
}
