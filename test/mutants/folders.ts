/** What every mutation leaves behind, the first time and the second, and that it asks of the row. */
const EACH_MUTATION = [
  'test/contract/left-behind.api',
  'test/contract/second-time.api',
  'test/contract/row-decisions.api',
];

/** What holds of every table. */
const COLUMNS = 'test/contract/columns.unit';

/** What is mutated: folders or files of `src/`, each with the test files that reach it, by what their paths begin with. */
export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'src/attestation/challenges': ['test/attestation/challenges/', 'test/attestation/attestation.api'],
  'src/attestation/enrollment': ['test/attestation/enrollment.api', 'test/attestation/attestation.api'],
  'src/attestation/ima': ['test/attestation/ima/', 'test/attestation/verifier/'],
  'src/attestation/log-in': ['test/attestation/log-in.api', 'test/attestation/nonces.unit', 'test/server/sweeps.db'],
  'src/attestation/records': [
    'test/attestation/',
    'test/events/streams.api',
    'test/events/lifecycle.api',
    'test/contract/names.api',
  ],
  'src/attestation/tpm': ['test/attestation/tpm/', 'test/attestation/verifier/'],
  'src/attestation/verifier': ['test/attestation/verifier/', 'test/attestation/ima/'],
  'src/audit/chain': ['test/audit/chain.unit', 'test/audit/seals.api'],
  'src/audit/sealer': ['test/audit/'],
  'src/authority': [
    'test/authority/',
    ...EACH_MUTATION,
    'test/audit/',
    'test/identity/narrowed.api',
    'test/identity/policy-candidate.api',
    'test/server/chores.db',
    'test/server/references.api',
    'test/events/revoked.api',
    'test/identity/projects.api',
    'test/identity/domains.api',
    'test/attestation/allowlists/own-list.api',
  ],
  'src/identity/accounts/service.ts': [
    'test/identity/sessions.api',
    'test/identity/narrowed.api',
    'test/identity/last-admin.api',
    'test/identity/outlasting.api',
    'test/identity/reviewed.api',
    'test/identity/escalation-credentials.api',
    ...EACH_MUTATION,
    COLUMNS,
  ],
  'src/identity/assignments': ['test/identity/', ...EACH_MUTATION, COLUMNS],
  'src/identity/credentials': [
    'test/identity/credentials.api',
    'test/identity/narrowed.api',
    'test/identity/escalation-credentials.api',
    'test/server/sweeps.db',
    ...EACH_MUTATION,
    COLUMNS,
  ],
  'src/identity/groups': [
    'test/identity/groups.api',
    'test/identity/escalation-groups.api',
    'test/identity/last-admin.api',
    'test/identity/outlasting.api',
    'test/identity/reviewed.api',
    ...EACH_MUTATION,
    COLUMNS,
  ],
  'src/identity/overrides': ['test/identity/policy-', 'test/server/sweeps.db', ...EACH_MUTATION, COLUMNS],
  'src/identity/roles': ['test/identity/', ...EACH_MUTATION, COLUMNS],
  'src/identity/tokens': [
    'test/identity/',
    'test/server/rate-limits.api',
    'test/server/sweeps.db',
    'test/attestation/trust.db',
    ...EACH_MUTATION,
    COLUMNS,
  ],
  'src/platform/policy': [
    'test/platform/policy/',
    'test/identity/policy-preview.unit',
    'test/identity/policy-worlds.api',
  ],
  'src/server/guard': [
    'test/server/anonymous.api',
    'test/server/enforce.unit',
    'test/contract/unreachable.api',
    'test/contract/coverage.unit',
    'test/server/field-path.unit',
    'test/audit/denials.api',
    'test/identity/escalation-credentials.api',
    'test/events/streams.api',
  ],
  'src/server/limits': ['test/server/'],
};

/**
 * Tests that together see nearly all that the server does, those of them that need a database. They take minutes, so they
 * judge only what readers thought of, when the tests of its folder noticed nothing.
 */
export const WIDE: readonly string[] = [
  ...EACH_MUTATION,
  'test/contract/personas.api',
  'test/contract/names.api',
  'test/contract/bounds.api',
  'test/contract/federation.api',
  'test/filled/filled.db',
  'test/cli/',
  'test/events/',
  'test/identity/',
  'test/attestation/',
  'test/audit/',
  'test/uploads/',
  'test/server/',
];
