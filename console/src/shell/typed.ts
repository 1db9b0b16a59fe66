import { useEffect, useState } from 'react';

const PAUSE_MS = 200;

/**
 * What was found for what is typed, after a pause in the typing. Keeps the answer before until there is another; an
 * answer that comes too late is dropped.
 */
export function useTyped<Found>(
  find: (typed: string) => Promise<Found>,
): readonly [Found | null, (typed: string) => void] {
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const ask = () => void find(typed.trim()).then((answer) => isCurrent && setFound(answer));
    const timer = setTimeout(ask, typed === '' ? 0 : PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [typed, find]);
  return [found, setTyped];
}
