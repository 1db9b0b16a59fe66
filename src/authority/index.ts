export {
  type Actor,
  anonymous,
  domainOf,
  isCurrent,
  isOver,
  type Principal,
  projectOf,
  type Scope,
} from './actor.js';
export type { Candidate, DecisionChange } from './candidate.js';
export { clockFault, requireSoundClock } from './clock-skew.js';
export type {
  Asker,
  AuditFact,
  Context,
  Judgement,
  LogInAttempt,
  PoliciesInForce,
  Services,
  Settings,
} from './context.js';
export { mayOn, refuseUnless, requireAllowed, requireOperation, requireVisible, requireWhole } from './decide.js';
export { Denials } from './denials.js';
export { auditDenial } from './denied.js';
export { bumpEpoch, insertEpoch, lockEpoch, RIGHTS_TOPIC, readEpoch } from './epoch.js';
export { eventSweep } from './event-sweep.js';
export { once, requestIdSweep } from './idempotency.js';
export { byId, defineLoader } from './loader.js';
export {
  type AnyResolver,
  type DomainManifest,
  type Feed,
  mergedResolvers,
  type Resolvers,
  type Route,
  type Sweep,
} from './manifest.js';
export { type Act, mutate } from './mutate.js';
export type { OwnedRows } from './owned.js';
export { related } from './related.js';
