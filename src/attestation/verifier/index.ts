export {
  FAILURES,
  type Failure,
  type FailureClass,
  type FailureCode,
  type FailureKind,
  type Severity,
} from './failures.js';
export { NO_COUNTS } from './findings.js';
export { judgementFingerprint, requiredPcrs, startingOffset } from './requirements.js';
export {
  AGENT_EVENTS,
  AGENT_STATES,
  type AgentEvent,
  type AgentState,
  eventOf,
  nextState,
  type TransitionOptions,
  worstOf,
} from './transitions.js';
export type {
  Challenge,
  Counts,
  Enrolment,
  Evidence,
  LayerOutline,
  PolicyLayer,
  QuoteInput,
  SeverityRule,
  TpmKind,
  VerificationResult,
  VerifierRules,
  VerifierState,
  VerifyInput,
} from './types.js';
export { verify, verifyQuote } from './verify.js';
