import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Loading } from '../kit/loading.js';
import { choicesOf, lastScope } from './scopes.js';

/** Leads to the scope that this browser showed last, if it may still be chosen; otherwise to the widest. */
export function Home() {
  const navigate = useNavigate();
  useEffect(() => {
    const lead = async () => {
      const choices = (await choicesOf())?.choices ?? [];
      const { scope } = choices.find((one) => one.scope === lastScope()) ?? choices[0] ?? { scope: 'unscoped' };
      await navigate({ to: '/s/$scope', params: { scope }, replace: true });
    };
    void lead();
  }, [navigate]);
  return <Loading what="your scopes" />;
}
