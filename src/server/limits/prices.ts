/**
 * What fields cost, in microseconds of CPU on one core of a small machine with the embedded database, which runs in the
 * server's own process and is the most expensive. `npm run prove -- abuse` measures them.
 */
export interface Price {
  /** For each object that the field is selected on. */
  readonly each: number;
  /** Once for all objects that are resolved together: the statement that loads their references. */
  readonly once?: number;
  /** How many objects or values a list returns when no argument says so: its bound, or the average of a long list. */
  readonly size?: number;
  /** For each object that it returns, besides the fields that are selected on it. */
  readonly item?: number;
  /** Whether each object that it is selected on needs its own statements, for this field and for all below. */
  readonly isAlone?: boolean;
}

/** Any operation: the door, the token, parsing, the answer. */
export const OPERATION = 2_000;
/** Reading a byte of a JSON body. */
export const BYTE = 0.02;
/** Reading a token of a document: it is parsed, counted and validated, whatever the result. */
export const TOKEN = 5;
/** A statement that reads by an index. */
export const STATEMENT = 1_900;
/** Counting up to 10,000 rows. */
export const COUNT = 7_000;
/** A transaction that checks rights, writes a row, its audit entry and its event. */
export const MUTATION = 4_500;
/** A number or a text of a row, from the database to the answer. */
export const LEAF = 4.5;
/** An object of an answer. */
export const OBJECT = 9;
/** A part of an answer that is computed from memory, of one of these types or of introspection. */
export const MEMORY = 1.5;
export const COMPUTED: ReadonlySet<string> = new Set([
  'Policy',
  'PolicyCheck',
  'PolicyDecisionDifference',
  'PolicyAccessProof',
  'EffectivePermission',
  'RolePath',
  'CapablePrincipal',
  'DecisionExplanation',
  'CheckExplanation',
  'MissingGrant',
  'AttestationFailure',
  'PcrRule',
  'NodeCondition',
  'NodeLabel',
  'ViewerPermission',
  'RequiredGrant',
]);
/** Values in a list of numbers or texts that has no price of its own. */
export const VALUES = 3;
/** Objects in a list that is no page and has no price of its own. */
export const OBJECTS = 10;

/** The most that one operation may cost, so that no other caller waits longer for it. */
export const COST_MAX = 50_000;

/** The page of one object, in a statement that reads those of many. */
const BELOW = { each: 60, once: STATEMENT };

/** `viewerCan` of each object: its statement, with the role assignments that the grant rule reads. Types have up to a dozen operations. */
export const VIEWER_CAN: Price = { each: 70, once: 2 * STATEMENT, size: 12 };

const COMPARING = [
  ...['addGroupMember', 'removeGroupMember', 'updateGroup', 'deleteGroup', 'addImpliedRole', 'removeImpliedRole'],
  ...['updateUser', 'setUserPassword', 'grantRole', 'revokeTokens', 'deleteApiCredential'],
];

/** Fields whose cost differs from that of their form in the schema, by coordinate; `priceOf` prices all others. */
export const PRICES: Readonly<Record<string, Price>> = {
  'Query._service': { each: 1000 },
  'Query._entities': { each: 0, once: 4 * STATEMENT, item: 20 },
  '_Service.sdl': { each: 2_500 },
  'Query.policies': { each: 500, size: 100 },
  // A statement for each kind of object.
  'Query.search': { each: 18_000, size: 20 },
  'Query.role': { each: 2_600 },
  'Role.implies': { each: 60 },
  'Query.auditSeals': { each: 7_000 },
  'AuditEntry.sealedForm': { each: 30 },
  // They read up to 2,000 rows of each kind.
  'Query.agentCounts': { each: 11_000 },
  'AgentCounts.runningOut': { each: OBJECT },
  'NodeCounts.byReadiness': { each: 5_000, size: 3 },
  'NodeCounts.byTrustState': { each: 12_500, size: 7 },
  'NodeCounts.byAvailability': { each: 5_000, size: 3 },
  'Query.auditCounts': { each: 7_000 },
  'AuditCounts.buckets': { each: OBJECT, size: 200 },
  'AgentCounts.byState': { each: OBJECT, size: 7 },
  'Query.attestationResult': { each: 12_000 },
  // They compare what the caller may grant with what others hold.
  ...Object.fromEntries(COMPARING.map((name) => [`Mutation.${name}`, { each: 12_000 }])),
  'Mutation.enableUser': { each: 18_000 },
  'Mutation.disableUser': { each: 18_000 },
  'Mutation.deleteUser': { each: 18_000 },
  'Mutation.setPolicyCandidate': { each: 25_000 },
  'Mutation.setPolicyOverrides': { each: 25_000 },
  'Query.previewPolicyChange': { each: 25_000 },
  'Query.effectivePermissions': { each: 18_000 },
  'EffectivePermissions.permissions': { each: MEMORY, size: 60 },
  // Most principals hold a policy by one assignment, few by several.
  'EffectivePermission.paths': { each: MEMORY, size: 1.2 },
  'CapablePrincipal.paths': { each: MEMORY, once: 2 * STATEMENT, size: 3, item: 40 },
  'Query.effectiveRoleAssignments': { each: 20_500 },
  'Query.whoCan': { each: 22_000 },
  'WhoCanConnection.hiddenCount': { each: 8_500 },
  'Query.explainDecision': { each: 20_000 },
  'Query.verifyAuditChain': { each: 42_000 },
  'Query.auditChain': { each: 6_000 },
  'Viewer.permissions': { each: 200, size: 100 },
  // One statement, by way of what the user's assignments name.
  'Viewer.scopes': { each: 3 * STATEMENT },
  'Viewer.can': { each: 300, size: 120 },
  // A search among the roles.
  'ViewerPermission.requires': { each: 60, size: 1 },
  'PolicyPreview.differences': { each: MEMORY, size: 100 },
  'PolicyPreview.proofs': { each: MEMORY, size: 100 },
  'Role.impliedRoles': { each: OBJECT, once: STATEMENT, size: 32 },
  'Allowlist.revisions': BELOW,
  'Allowlist.agents': BELOW,
  'Project.agents': BELOW,
  // Which list it is, and the list.
  'Project.defaultAllowlist': { each: OBJECT, once: 2 * STATEMENT },
  'Agent.attestationResults': BELOW,
  'Agent.trustHistory': BELOW,
  'Query.trustChanges': { each: 14_000 },
  'TrustChanges.buckets': { each: OBJECT, size: 200 },
  // Of seven states, agents come into few at a time.
  'TrustChangesBucket.changes': { each: OBJECT, size: 3 },
  'Group.members': BELOW,
  'User.groups': BELOW,
  // What people set, and what the machine reports.
  'Node.labels': { each: OBJECT, once: 2 * STATEMENT, size: 4 },
  // Most nodes take any project's workloads.
  'Node.tenants': { each: OBJECT, once: 2 * STATEMENT, size: 1, item: 20 },
  'Node.agent': { each: OBJECT, once: 2 * STATEMENT },
  'Node.conditions': { each: 15, once: 2_500, size: 2 },
  'Node.leaseRenewedAt': { each: LEAF, once: 2_500 },
  // One statement without a transaction.
  'Mutation.renewNodeLease': { each: STATEMENT },
  'Mutation.reportNodeFacts': { each: STATEMENT },
  'AttestationResult.explanation': { each: 100 },
  'EvidenceExplanation.pcrs': { each: OBJECT, size: 24 },
  'AttestationResult.failures': { each: OBJECT, size: 300 },
  'AllowlistRevision.imaPolicy': { each: 15_000 },
  'AllowlistRevision.imaPolicyExcludes': { each: 60 },
  'AllowlistRevision.tpmPolicy': { each: 60 },
  'AllowlistRevision.vtpmPolicy': { each: 60 },
  // A policy has at most 64 KiB, some 1,500 values for 24 PCRs.
  'AllowlistRevision.tpmPcrs': { each: 1_500, size: 24 },
  'AllowlistRevision.vtpmPcrs': { each: 1_500, size: 24 },
  'PcrRule.values': { each: 64 * MEMORY },
  // Introspection reads types in memory; sizes are this schema's averages, and `__type` may be a large one.
  'Query.__schema': { each: OBJECT },
  'Query.__type': { each: 50, size: 20 },
  '__Schema.types': { each: MEMORY, size: 260 },
  '__Schema.directives': { each: MEMORY, size: 21 },
  '__Type.fields': { each: MEMORY, size: 2.4 },
  '__Type.inputFields': { each: MEMORY, size: 0.9 },
  '__Type.enumValues': { each: MEMORY, size: 0.4 },
  '__Type.possibleTypes': { each: MEMORY, size: 0.1 },
  '__Type.interfaces': { each: MEMORY, size: 0.1 },
  '__Field.args': { each: MEMORY, size: 0.3 },
  '__Type.ofType': { each: MEMORY, size: 0.5 },
};
