// Shows the component of docs/clients.md, and prints what it shows each time: at first, after a click, after an event.
import { readFileSync } from 'node:fs';
import { Suspense } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { act, create, type ReactTestRenderer } from 'react-test-renderer';
import { environmentFor, Machines } from './relay';

// React's test renderer asks for it.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const query = `mutation ($password: String!) {
  issueToken(input: {
    proof: { password: { user: "alice", password: $password } }, scope: { project: { name: "default" } }
  }) { token }
}`;
const response = await fetch('http://127.0.0.1:4000/graphql', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query, variables: { password: readFileSync('alice.pw', 'utf8').trim() } }),
});
const { token } = (await response.json()).data.issueToken;

let view!: ReactTestRenderer;
await act(async () => {
  view = create(
    <RelayEnvironmentProvider environment={environmentFor(token)}>
      <Suspense>
        <Machines />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
});
let printed = '';
await print();
await act(async () => view.root.findByType('button').props.onClick());
await print();
await print();
process.exit();

/** Prints what the component shows as soon as that is something else. */
async function print(): Promise<void> {
  while (shown() === printed) await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  printed = shown();
  console.log(printed);
}

function shown(): string {
  const texts = view.root.findAll(({ type }) => type === 'li' || type === 'button').map(({ children }) => children.join(''));
  return texts.join(', ');
}
