import { useEffect, useState } from 'react';
import { send } from '../api/http.js';

/** The server is not asked more often than this, in milliseconds. */
const PATIENCE_MS = 60_000;

let first: string | null = null;
let lastAsked = 0;

/** The version of the entry page that the server has now. */
async function entryTag(): Promise<string | null> {
  const response = await send('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  return response?.ok ? response.headers.get('etag') : null;
}

async function isNewer(): Promise<boolean> {
  if (Date.now() - lastAsked < PATIENCE_MS) return false;
  lastAsked = Date.now();
  const tag = await entryTag();
  first ??= tag;
  return tag !== null && tag !== first;
}

/** Whether the server has a newer page than this one: looked up when the person comes back, and when a part is gone. */
export function useNewerVersion(): boolean {
  const [isOld, setOld] = useState(false);
  useEffect(() => {
    const look = async () => {
      if (document.visibilityState === 'visible' && (await isNewer())) setOld(true);
    };
    const gone = () => setOld(true);
    void look();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('vite:preloadError', gone);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('vite:preloadError', gone);
    };
  }, []);
  return isOld;
}
