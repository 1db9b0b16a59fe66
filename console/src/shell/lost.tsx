import { NotFound } from '../kit/faults.js';
import css from './lost.module.css';

/** An address outside of every scope. */
export const Lost = () => (
  <main className={css.page}>
    <NotFound />
  </main>
);
