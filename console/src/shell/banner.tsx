import type { ReactNode } from 'react';
import css from './banner.module.css';

interface BannerProps {
  readonly children: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** A line over the page about the page itself. */
export function Banner({ children, action }: BannerProps) {
  return (
    <div className={css.banner} role="status">
      <span>{children}</span>
      {action && (
        <button type="button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}
