import { ByteBudget, type Lease } from '../../src/platform/byte-budget.js';

/** A lease that finds room for everything. */
export const roomForAll = (): Lease => new ByteBudget({ max: 2 ** 40 }).lease(null);
