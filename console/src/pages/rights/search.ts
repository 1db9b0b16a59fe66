/** The three questions about rights. */
export const ASKS = [
  ['why', 'Why may somebody not …'],
  ['who', 'Who may …'],
  ['of', 'What somebody may do'],
] as const;

export type Ask = (typeof ASKS)[number][0];

/** A question, as it stands in an address. */
export interface RightsSearch {
  readonly ask?: Ask | undefined;
  /** `user:ID` or `agent:ID`. */
  readonly who?: string | undefined;
  /** `system`, `domain:ID` or `project:ID`. */
  readonly at?: string | undefined;
  readonly policy?: string | undefined;
  /** The id of any object. */
  readonly target?: string | undefined;
}

const TEXT_MAX = 300;
/** A word that stands for somebody, and one that stands for a scope. */
const WHO = /^(?:(?:user|agent):)?[\w-]+$/;
const AT = /^(?:system|(?:domain|project):[\w-]+)$/;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= TEXT_MAX ? value : undefined;

const matching = (form: RegExp, value: unknown): string | undefined => {
  const found = text(value);
  return found !== undefined && form.test(found) ? found : undefined;
};

/** Reads an address; what does not fit is left out. */
export const validateRights = ({ ask, who, at, policy, target }: Record<string, unknown>): RightsSearch => ({
  ask: ASKS.map(([word]) => word).find((word) => word === ask),
  who: matching(WHO, who),
  at: matching(AT, at),
  policy: text(policy),
  target: text(target),
});
