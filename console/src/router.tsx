import { createRouter } from '@tanstack/react-router';
import { parseSearch, stringifySearch } from './kit/search.js';
import { accessRoutes } from './routes/access.js';
import { allowlistsRoutes } from './routes/allowlists.js';
import { attestationsRoutes } from './routes/attestations.js';
import { auditRoutes } from './routes/audit.js';
import { home, logIn, root, scope } from './routes/base.js';
import { fleetRoutes } from './routes/fleet.js';
import { policiesRoutes } from './routes/policies.js';

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    logIn,
    scope.addChildren([
      ...accessRoutes,
      ...allowlistsRoutes,
      ...attestationsRoutes,
      ...auditRoutes,
      ...fleetRoutes,
      ...policiesRoutes,
    ]),
  ]),
  pathParamsAllowedCharacters: [':'],
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
