export const LIST_AUDIT_ENTRIES = `query AuditEntries($first: Int, $after: String, $filter: AuditEntryFilter) {
  items: auditEntries(first: $first, after: $after, filter: $filter) {
    nodes {
      id occurredAt action outcome targetType targetId requestId policy details
      actor { kind id name tokenId scopeType domainId projectId }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;
