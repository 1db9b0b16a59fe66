/** Why no grant would help. */
export const OBSTACLES: Readonly<Record<string, string>> = {
  SCOPE_TYPE: 'The policy is not for this kind of scope: ask again at a scope of a kind that it accepts.',
  BOUNDARY: 'The object is outside of this scope: ask again at the scope that the object is in.',
  PRINCIPAL: 'The person is disabled, or the agent banned or retired: that has to change first.',
  TRUST_STATE: 'The agent would have to be trusted: its evidence must be accepted first.',
  AGENT: 'Agents hold no roles.',
  CHECK: 'No role that exists would allow it: an override of the policy would have to.',
  TOO_MANY_ROLES: 'The check names more roles than the search tries. Look at the check below.',
};

/** What was decided. */
export const OUTCOMES: Readonly<Record<string, string>> = {
  ALLOWED: 'yes, they may.',
  FORBIDDEN: 'they may not: the check fails.',
  WRONG_SCOPE: 'they may not at this scope: the policy is not for this kind of scope.',
  NO_TOKEN: 'they may not: they get no token for this scope, because they are disabled or hold no role there.',
};

/** The value of a part of a check. */
export const VALUES = {
  TRUE: ['Holds', 'good'],
  FALSE: ['Fails', 'bad'],
  ABSENT: ['Value missing', 'bad'],
  OPEN: ['Depends on the object', 'waiting'],
} as const;
