import type { ReactNode } from 'react';
import css from './banner.module.css';

interface BannerProps {
  readonly children: ReactNode;
  /** False for what is always so. */
  readonly isUrgent?: boolean;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** A line over the page about the page itself. */
export function Banner({ children, isUrgent = true, action }: BannerProps) {
  return (
    <div className={isUrgent ? `${css.banner} ${css.urgent}` : css.banner} role="status">
      <span>{children}</span>
      {action && (
        <button type="button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}
