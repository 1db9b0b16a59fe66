import { ChevronsUpDown, CircleHelp, LogOut, Monitor, Moon, Search, Sun } from 'lucide-react';
import { useState } from 'react';
import type { Fault } from '../api/faults.js';
import { logOut, session } from '../api/session.js';
import { useStore } from '../api/store.js';
import { FaultNote } from '../kit/faults.js';
import { Modal } from '../kit/modal.js';
import { ScopedLink } from '../kit/scoped-link.js';
import { namesOf } from './choice.js';
import css from './header.module.css';
import { ScopeSwitch } from './scope-switch.js';
import { applyTheme, THEMES, theme } from './theme.js';

interface HeaderProps {
  readonly shown: Parameters<typeof namesOf>[0] | null;
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}

/** The line at the top: where the person is, the way elsewhere, and who they are. */
export function Header({ shown, openPalette, openHelp }: HeaderProps) {
  const [isChoosing, setChoosing] = useState(false);
  const names = shown && namesOf(shown);
  return (
    <header className={css.header}>
      <ScopedLink path={[]} className={css.brand}>
        Bailiwick
      </ScopedLink>
      <button type="button" className={css.scope} onClick={() => setChoosing(true)}>
        <span className={css.kind}>{names?.kind ?? 'Scope'}</span>
        <span className={css.name}>{names?.name ?? 'choose another'}</span>
        <ChevronsUpDown size={13} aria-hidden="true" />
        <span className="unseen">: change the scope</span>
      </button>
      <button type="button" className={css.search} onClick={openPalette}>
        <Search size={15} aria-hidden="true" />
        <span>Search</span>
        <kbd>Ctrl K</kbd>
      </button>
      <ThemeSwitch />
      <button type="button" className="plain" onClick={openHelp} title="Help" aria-label="Help" aria-keyshortcuts="?">
        <CircleHelp size={16} />
      </button>
      <Person />
      {isChoosing && <ScopeSwitch onClose={() => setChoosing(false)} />}
    </header>
  );
}

function Person() {
  const name = useStore(session)?.user.name;
  const [fault, setFault] = useState<Fault | null>(null);
  return (
    <div className={css.person}>
      <span>{name}</span>
      <button
        type="button"
        className="plain"
        onClick={async () => setFault(await logOut())}
        title="Log out"
        aria-label="Log out"
      >
        <LogOut size={16} />
      </button>
      {fault && (
        <Modal title="You are still logged in" onClose={() => setFault(null)}>
          <FaultNote fault={fault} />
        </Modal>
      )}
    </div>
  );
}

const ICONS = { system: Monitor, light: Sun, dark: Moon };

function ThemeSwitch() {
  const shown = useStore(theme);
  const Icon = ICONS[shown];
  const next = THEMES[(THEMES.indexOf(shown) + 1) % THEMES.length] ?? 'system';
  const label = `Theme: ${shown}. Change to ${next}`;
  return (
    <button type="button" className="plain" onClick={() => applyTheme(next)} title={label} aria-label={label}>
      <Icon size={16} />
    </button>
  );
}
