import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './theme.css';
import { router } from './router.js';
import { applyTheme } from './shell/theme.js';

applyTheme();
// A browser keeps pages that were left, and shows them again by Back, whoever is logged in by then.
addEventListener('pagehide', () => {
  document.documentElement.hidden = true;
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
  else document.documentElement.hidden = false;
});
const place = document.getElementById('console');
if (place)
  createRoot(place).render(
    <StrictMode>
      <RouterProvider router={router} />
    </StrictMode>,
  );
