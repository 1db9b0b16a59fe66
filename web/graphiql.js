// Starts GraphiQL on the API that served this page. Addresses are relative, so that a proxy may serve it under a path.
const { GraphiQL, graphqlSse, React, ReactDOM } = globalThis;

const WELCOME = `# Every field is guarded, and so is the schema:
# without a token this page knows no types.
#
# 1. Run LogIn, with the password in Variables;
#    the first time with a newPassword too.
# 2. In Headers, give the token that it answers:
#    {"Authorization": "Bearer <token>"}
# 3. Re-fetch the schema (Ctrl-Shift-R), and run
#    WhoAmI, or Watch: it shows each change of an
#    agent's state, until you stop it.
#
# Nothing that is typed here is kept. Reloading the
# page forgets it, the token included.

mutation LogIn($password: String!, $newPassword: String) {
  issueToken(input: {
    proof: { password: {
      user: "admin", password: $password
      newPassword: $newPassword
    } }
    scope: { project: { name: "default" } }
  }) {
    token
    expiresAt
  }
}

query WhoAmI {
  viewer {
    kind
    user { name }
    roles
    expiresAt
  }
}

subscription Watch {
  agentTrustChanged {
    occurredAt
    from
    to
    agent { name }
  }
}
`;

const address = (path) => new URL(path, location.href).href;
// Who explores the API does so with the token of a tab, never with the session that the console may have.
const credentials = 'omit';
const fetchOnce = GraphiQL.createFetcher({
  url: address('graphql'),
  enableIncrementalDelivery: false,
  fetch: (url, options) => fetch(url, { ...options, credentials }),
});

/** A subscription comes as server-sent events, with the headers of its tab. */
function fetcher(asked, options) {
  const { definitions = [] } = options?.documentAST ?? {};
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const run =
    operations.length < 2 ? operations[0] : operations.find(({ name }) => name?.value === asked.operationName);
  return run?.operation === 'subscription' ? events(asked, options.headers) : fetchOnce(asked, options);
}

/** GraphiQL can stop an observable at any time. */
function events(asked, headers) {
  const client = graphqlSse.createClient({ url: address('graphql/stream'), retryAttempts: 0, headers, credentials });
  const subscribe = ({ next, error, complete }) => {
    const refused = async (fault) => {
      const answer = await fault.response?.json().catch(() => null);
      if (!answer) return error(fault);
      next(answer);
      complete();
    };
    return { unsubscribe: client.subscribe(asked, { next, error: refused, complete }) };
  };
  return { subscribe };
}

// A link may bring a query, which nothing runs by itself: behind the `#`, which browsers do not send.
const linked = new URLSearchParams(location.hash.slice(1));

const page = React.createElement(GraphiQL, {
  fetcher,
  defaultQuery: linked.get('query') ?? WELCOME,
  variables: linked.get('variables') ?? '{ "password": "" }',
  defaultEditorToolsVisibility: 'variables',
  // Tokens and passwords are typed here: neither local storage nor the history on disk may hold them.
  storage: null,
  shouldPersistHeaders: false,
});
ReactDOM.createRoot(document.getElementById('graphiql')).render(page);
