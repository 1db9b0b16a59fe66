interface Asked {
  readonly document: { toString(): string };
  readonly variables: object;
}

/** The address of GraphiQL with a query in it. It stands behind the `#`, which no browser sends to a server. */
export function graphiqlAddress({ document, variables }: Asked): string {
  const query = document.toString().trim();
  return `/graphiql#${new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) })}`;
}
