import { createContext, useContext } from 'react';
import type { Scope } from '../api/scope.js';

/** Where and as whom a page is shown. */
export interface Viewer {
  readonly scope: Scope;
  /** Names of the policies that allow the viewer something at this scope; null when that is not known. */
  readonly permissions: ReadonlySet<string> | null;
}

export const ViewerContext = createContext<Viewer | null>(null);

/** The scope of the page and what the server says about the viewer there. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error('this is not inside a scope');
  return viewer;
}
