import { useDocument } from '../../api/queries.js';
import { session } from '../../api/session.js';
import { useStore } from '../../api/store.js';
import { AboutDocument } from '../../generated/documents.js';
import { FactList } from '../../kit/detail-page.js';
import { KeyList } from '../../kit/keys.js';
import { Time } from '../../kit/time.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';

/** The version that this page was built with; the server that serves it is built with the same. */
declare const __VERSION__: string;

/** What this console is, who uses it, and with which keys. */
export function AboutPage() {
  const { scope } = useViewer();
  const viewer = useDocument(AboutDocument, {}).data?.viewer;
  const opened = useStore(session);
  useTitle('About this console');
  return (
    <>
      <h1 tabIndex={-1}>About this console</h1>
      <p>A page of the server that shows it: it decides nothing, and loads nothing from anywhere else.</p>
      <FactList
        facts={[
          ['Version', __VERSION__],
          ['Server', location.origin],
          ['Addresses of the API', viewer?.apiAddresses.join(', ') || location.origin],
          ['Demo', viewer?.isDemo ? 'yes: the machines are simulated' : 'no'],
          ['You', <bdi key="you">{viewer?.user?.name ?? opened?.user.name}</bdi>],
          ['Scope', scope],
          ['Roles in effect here', viewer?.roles.join(', ') || 'none'],
          ['Session ends', <Time key="ends" at={opened?.expiresAt} />],
        ]}
      />
      <p>
        <a href="/graphiql" target="_blank" rel="noreferrer">
          GraphiQL
        </a>
        : ask the same API by hand.
      </p>
      <h2>Keys</h2>
      <KeyList />
    </>
  );
}
