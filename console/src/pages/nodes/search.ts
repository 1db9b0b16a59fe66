import { defineSearch, type ListSearch } from '../../kit/search.js';
import { labelsOf, listed } from '../../kit/typed-refs.js';
import { AGENT_STATES } from '../agents/search.js';

/** Whether nodes were Ready, the loudest first. */
export const READINESS = ['LOST', 'NEVER_READY', 'READY'] as const;
export const AVAILABILITIES = ['ACTIVE', 'PAUSE', 'DRAIN'] as const;

const FILTERS = {
  nameStartsWith: 'text',
  labels: 'text',
  address: 'text',
  readiness: READINESS,
  availabilities: AVAILABILITIES,
  trustStates: AGENT_STATES,
} as const;

export const nodeSearch = defineSearch(FILTERS, ['CREATED_AT', 'NAME']);

type Searched = ListSearch<typeof FILTERS, 'CREATED_AT' | 'NAME'>;

/** The labels that were typed as a whole. */
const wholeLabels = (typed: string | undefined) => labelsOf(listed(typed)).filter(({ key, value }) => key && value);

/** The filter of the API. */
export function nodeFilterOf({ nameStartsWith, labels, address, readiness, availabilities, trustStates }: Searched) {
  const wanted = wholeLabels(labels);
  return {
    nameStartsWith,
    readiness,
    availabilities,
    trustStates,
    addresses: address === undefined ? undefined : [address.trim()],
    labels: wanted.length > 0 ? wanted : undefined,
  };
}

/** Each list has one order that no index has: names by their beginning are ordered by name, labels and trust by creation. */
export function nodeOrderOf<Order extends { readonly field: string }>(search: Searched, orderBy: Order | null) {
  if (search.nameStartsWith !== undefined) return orderBy?.field === 'NAME' ? orderBy : null;
  const isByCreation = search.trustStates !== undefined || wholeLabels(search.labels).length > 0;
  return isByCreation && orderBy?.field === 'NAME' ? null : orderBy;
}
