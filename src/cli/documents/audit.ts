const ENTRY = `id occurredAt action outcome targetType targetId domainId projectId requestId policy details
      actor { kind id name tokenId scopeType domainId projectId }`;

const HEAD = 'seq hash signedAt keyId signature';

export const LIST_AUDIT_ENTRIES = `query AuditEntries($first: Int, $after: String, $filter: AuditEntryFilter) {
  items: auditEntries(first: $first, after: $after, filter: $filter) {
    nodes {
      ${ENTRY}
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const GET_AUDIT_CHAIN = `query AuditChain {
  chain: auditChain {
    firstSeq head { ${HEAD} } trim { ${HEAD} } unsealedCount oldestUnsealedAt keys { keyId publicKey }
  }
}`;

export const LIST_AUDIT_SEALS = `query AuditSeals($first: Int, $after: String, $fromSeq: BigInt) {
  items: auditSeals(first: $first, after: $after, fromSeq: $fromSeq) {
    nodes {
      seq hash entryId head { ${HEAD} }
      entry {
        ${ENTRY}
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const VERIFY_AUDIT_CHAIN = `query VerifyAuditChain($fromSeq: BigInt, $toSeq: BigInt) {
  verification: verifyAuditChain(fromSeq: $fromSeq, toSeq: $toSeq) {
    verifiedSeq nextSeq fault { kind seq entryId }
  }
}`;
