// Starts GraphiQL on the API that served this page. Addresses are relative, so that a proxy may serve it under a path.
const { GraphiQL, React, ReactDOM } = globalThis;

const WELCOME = `# Every field is guarded, and so is the schema:
# without a token this page knows no types.
#
# 1. Run LogIn, with the password in Variables;
#    the first time with a newPassword too.
# 2. In Headers, give the token that it answers:
#    {"Authorization": "Bearer <token>"}
# 3. Re-fetch the schema (Ctrl-Shift-R), and run
#    WhoAmI.
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
`;

const page = React.createElement(GraphiQL, {
  fetcher: GraphiQL.createFetcher({ url: new URL('graphql', location.href).href, enableIncrementalDelivery: false }),
  defaultQuery: WELCOME,
  variables: '{ "password": "" }',
  defaultEditorToolsVisibility: 'variables',
  // Tokens and passwords are typed here: neither local storage nor the history on disk may hold them.
  storage: null,
  shouldPersistHeaders: false,
});
ReactDOM.createRoot(document.getElementById('graphiql')).render(page);
