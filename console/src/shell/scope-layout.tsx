import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { Provider } from 'urql';
import { clientOf } from '../api/client.js';
import { useDocument } from '../api/queries.js';
import { isScope } from '../api/scope.js';
import { ViewerDocument, type ViewerQuery } from '../generated/documents.js';
import { FaultPage, NotFound } from '../kit/faults.js';
import { Loading } from '../kit/loading.js';
import { useViewer, type Viewer, ViewerContext } from '../kit/viewer.js';
import { Header } from './header.js';
import { HelpDialog } from './help.js';
import { Navigation } from './navigation.js';
import { Palette } from './palette.js';
import css from './scope-layout.module.css';
import { WithoutScope } from './scope-switch.js';
import { rememberScope } from './scopes.js';
import { useShortcuts } from './shortcuts.js';

/** The frame round every page of a scope. Each scope has a client, and so a cache, of its own. */
export function ScopeLayout() {
  const { scope } = useParams({ from: '/s/$scope' });
  if (!isScope(scope)) return <NotFound />;
  return (
    <Provider key={scope} value={clientOf(scope)}>
      <Frame scope={scope} />
    </Provider>
  );
}

type ViewerFound = NonNullable<ViewerQuery['viewer']>;

function Frame({ scope }: Pick<Viewer, 'scope'>) {
  const { data, fault, refresh } = useDocument(ViewerDocument, {});
  const found = data?.viewer ?? null;
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcuts({ openPalette: () => setPaletteOpen(true), openHelp: () => setHelpOpen(true) });
  // Rights that could not be read allow nothing.
  const permissions = useMemo(() => (found && !fault ? new Set(found.permissions) : null), [found, fault]);
  const viewer = useMemo(() => ({ scope, permissions }), [scope, permissions]);
  useEffect(() => {
    if (found) rememberScope(scope);
  }, [found, scope]);
  return (
    <ViewerContext value={viewer}>
      <a className={css.skip} href="#main">
        Skip to the content
      </a>
      <div className={css.frame}>
        <Header
          shown={found?.scope ?? null}
          openPalette={() => setPaletteOpen(true)}
          openHelp={() => setHelpOpen(true)}
        />
        <Navigation />
        <main id="main" tabIndex={-1} className={css.main}>
          <Content found={found} fault={fault} onRetry={refresh} />
        </main>
      </div>
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
      {isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
    </ViewerContext>
  );
}

interface ContentProps {
  readonly found: ViewerFound | null;
  readonly fault: React.ComponentProps<typeof FaultPage>['fault'] | null;
  readonly onRetry: () => void;
}

function Content({ found, fault, onRetry }: ContentProps) {
  const { scope } = useViewer();
  if (found)
    return (
      <>
        {scope === 'unscoped' && <WithoutScope />}
        <Outlet />
      </>
    );
  return fault ? <FaultPage fault={fault} onRetry={onRetry} /> : <Loading what="what you may see" />;
}
