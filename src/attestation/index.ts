import { type DomainManifest, mergedResolvers } from '../authority/index.js';
import { projectEntity } from '../identity/projects/index.js';
import { toId } from '../platform/ids.js';
import {
  allowlistEntities,
  allowlistFeed,
  allowlistPolicies,
  allowlistResolvers,
  imaPolicyRoute,
  revisionSweep,
} from './allowlists/index.js';
import { banPolicies, banResolvers } from './bans/index.js';
import { bindingPolicies, bindingResolvers } from './bindings/index.js';
import { challengeKey, challengePolicies, challengeResolvers, challengeSweep } from './challenges/index.js';
import { enrollmentPolicies, enrollmentResolvers } from './enrollment/index.js';
import { lifecyclePolicies, lifecycleResolvers, retiredAgentSweep } from './lifecycle/index.js';
import { logInPolicies, logInResolvers, nonceSweep } from './log-in/index.js';
import { projectDefaultPolicies, projectDefaultResolvers } from './project-defaults/index.js';
import { loadAgent, recordPolicies, recordResolvers, trustExpiry, trustFeed } from './records/index.js';
import { attestationReferences } from './references.js';
import { loadResult, resultPolicies, resultResolvers, resultSweep } from './results/index.js';
import { attestationSearchable } from './searchable.js';
import { attestationSettings } from './settings.js';
import { transitionResolvers, transitionSweep, trustHistoryGet } from './transitions/index.js';
import { workerLoad } from './workers/index.js';

export const attestationDomain: DomainManifest = {
  name: 'attestation',
  policies: [
    ...allowlistPolicies,
    ...projectDefaultPolicies,
    ...recordPolicies,
    ...bindingPolicies,
    ...banPolicies,
    ...lifecyclePolicies,
    ...enrollmentPolicies,
    ...logInPolicies,
    ...challengePolicies,
    ...resultPolicies,
    trustHistoryGet,
  ] as never,
  resolvers: mergedResolvers(
    allowlistResolvers,
    projectDefaultResolvers,
    recordResolvers,
    bindingResolvers,
    banResolvers,
    lifecycleResolvers,
    enrollmentResolvers,
    logInResolvers,
    challengeResolvers,
    resultResolvers,
    transitionResolvers,
  ),
  entities: {
    ...allowlistEntities,
    Agent: (context, id) => loadAgent(context).load(toId('Agent', id)),
    Project: projectEntity,
    AttestationResult: (context, id) => loadResult(context).load(toId('AttestationResult', id)),
  },
  values: ['AttestationFailure', 'AttestationCounts', 'AttestationChallenge', 'LogInChallenge', 'PcrRule'],
  // A start that fails is better than challenges that fail.
  prepare: async (services) => void (await challengeKey(services)),
  routes: [imaPolicyRoute],
  // Referring rows go first, so that both go in the same round.
  sweeps: [retiredAgentSweep, challengeSweep, nonceSweep, resultSweep, revisionSweep, transitionSweep],
  chores: [trustExpiry],
  references: attestationReferences,
  searchable: attestationSearchable,
  settings: attestationSettings,
  gauges: [
    { name: 'bailiwick_worker_tasks_waiting', help: 'Tasks that wait for a thread', read: () => workerLoad().waiting },
    { name: 'bailiwick_worker_threads', help: 'Threads that verify and compile', read: () => workerLoad().threads },
  ],
  feeds: { agentTrustChanged: trustFeed, allowlistPublished: allowlistFeed },
};
