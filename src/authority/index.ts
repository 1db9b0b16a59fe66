export { ACTIONS, type Action, EARLIER_ACTIONS, TARGET_TYPES, type TargetType } from './actions.js';
export {
  type Actor,
  anonymous,
  domainOf,
  isCurrent,
  isOver,
  type Principal,
  projectOf,
  type Scope,
  userOf,
} from './actor.js';
export type { Candidate, DecisionChange } from './candidate.js';
export { OBJECT_CHANGED, type ObjectChange } from './changes.js';
export { type ChoreAct, chore } from './chore.js';
export { clockFault, requireSoundClock } from './clock-skew.js';
export type {
  AuditFact,
  AuthorizationContext,
  Context,
  EntryPlace,
  Judgement,
  LogInAttempt,
  MissingRoles,
  Obstacle,
  PoliciesInForce,
  RequiredObject,
  Requirement,
  Services,
} from './context.js';
export {
  couldDo,
  isNarrowed,
  mayOn,
  refuseUnless,
  requireAllowed,
  requireOperation,
  requireVisible,
  requireWhole,
} from './decide.js';
export { Denials } from './denials.js';
export { auditDenial } from './denied.js';
export {
  type Access,
  type AuditLog,
  type OpenSession,
  type PresentedCredential,
  type Recovery,
  type SessionScope,
  type Sessions,
  type SessionView,
  theOne,
} from './domain-roles.js';
export { bumpEpoch, insertEpoch, lockEpoch, RIGHTS_TOPIC, readEpoch } from './epoch.js';
export { eventSweep, outboxChore } from './event-sweep.js';
export { once, requestIdSweep } from './idempotency.js';
export type { BegunJoining, Joined, Joining, JoiningKeys } from './joining.js';
export { byId, defineLoader, defineLoaderOf } from './loader.js';
export {
  type AnyResolver,
  type Chore,
  type DomainManifest,
  type Feed,
  type Gathering,
  mergedResolvers,
  type OwnGauge,
  type Resolvers,
  type Route,
  type Running,
  type Sweep,
  type SweepRound,
} from './manifest.js';
export { type Act, mutate } from './mutate.js';
export { type Grounds, type ObserveAct, type ObserveOptions, observe } from './observe.js';
export type { Reference } from './reference.js';
export { inUseWhenReferred, type Referring, referringTo, refuseWhileReferred } from './referring.js';
export { related } from './related.js';
export type { Searchable } from './searchable.js';
export type { DeclaredSettings, DomainSettings, Setting, Settings, SettingsOf } from './settings.js';
export type { WriteAct } from './transaction.js';
export { viewerCan, viewerCanAnywhere } from './viewer-can.js';
