import { invalid, limitReached } from '../../platform/errors.js';
import { requireShort } from '../../platform/short-list.js';
import { hasUnseen } from '../../platform/text.js';
import type { Label } from './tables.js';

/** The most labels that a node has in one namespace. */
export const LABELS_MAX = 64;
const VALUE_LENGTH_MAX = 255;
const KEY = /^(admin|policy|attested|reported)\.[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

/** Why the labels of a namespace are not a person's to set. */
const OTHERS: Readonly<Record<string, string>> = {
  policy: 'Labels of the namespace policy belong to who may write ACLs, which this server does not have yet.',
  attested: 'Labels of the namespace attested are set by the server alone, from accepted evidence.',
  reported: 'Labels of the namespace reported are the machine’s own words.',
};

type Namespace = 'admin' | 'reported';

/** @throws UserErrors INVALID for a key that is malformed, or of a namespace that is not the caller's to set. */
export function validLabelKey(key: string, own: Namespace, ...path: string[]): string {
  const namespace = KEY.exec(key)?.[1];
  if (namespace === undefined)
    throw invalid(
      'The key of a label is a namespace (admin, policy, attested or reported), a dot, and 1 to 63 lower-case letters, digits, dots, hyphens and underscores.',
      ...path,
    );
  if (namespace === own) return key;
  const why = own === 'admin' ? OTHERS[namespace] : 'A machine reports labels of the namespace reported alone.';
  throw invalid(why ?? '', ...path);
}

/**
 * Labels as they are stored, one for each key.
 * @throws UserErrors INVALID, LIMIT_REACHED for more than a node may have in the namespace.
 */
export function validLabels(
  labels: readonly Label[] | null | undefined,
  own: Namespace,
  ...path: string[]
): readonly Label[] {
  requireShort(labels, ...path);
  if ((labels?.length ?? 0) > LABELS_MAX)
    throw limitReached(`A node has at most ${LABELS_MAX} labels of a namespace.`, ...path);
  const given = (labels ?? []).map(({ key, value }, index) => ({
    key: validLabelKey(key, own, ...path, String(index), 'key'),
    value: validLabelValue(value, ...path, String(index), 'value'),
  }));
  if (new Set(given.map(({ key }) => key)).size < given.length)
    throw invalid('A label has one value: give each key once.', ...path);
  return given;
}

function validLabelValue(value: string, ...path: string[]): string {
  if (value.length < 1 || value.length > VALUE_LENGTH_MAX || hasUnseen(value) || value.trim() !== value)
    throw invalid(
      `A label’s value has 1 to ${VALUE_LENGTH_MAX} characters, none of them control or invisible characters, and no space at either end.`,
      ...path,
    );
  return value;
}
