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
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= TEXT_MAX ? value : undefined;

/** Reads an address; what does not fit is left out. */
export const validateRights = ({ ask, who, at, policy, target }: Record<string, unknown>): RightsSearch => ({
  ask: ASKS.map(([word]) => word).find((word) => word === ask),
  who: text(who),
  at: text(at),
  policy: text(policy),
  target: text(target),
});
