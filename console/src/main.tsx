import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './theme.css';
import { router } from './router.js';
import { applyTheme } from './shell/theme.js';

applyTheme();
const place = document.getElementById('console');
if (place)
  createRoot(place).render(
    <StrictMode>
      <RouterProvider router={router} />
    </StrictMode>,
  );
