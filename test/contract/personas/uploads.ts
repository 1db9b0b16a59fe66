import { createHash } from 'node:crypto';
import type { DomainFixture } from './fixture.js';
import type { Principal } from './owners.js';
import { principalOf } from './personas.js';

const BYTES = 'bytes';
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`;

export const fixture: DomainFixture = {
  mutations: {
    createUpload: () => [{ target: 'for oneself', input: () => ({ size: 1, digest: `sha256:${'0'.repeat(64)}` }) }],
  },
  routes: {
    putUpload: async ({ rows, users }, persona) => {
      const call = async (target: string, owner: Principal) => {
        const id = await rows.upload(owner, BYTES.length, DIGEST);
        return { target, path: `/uploads/${id}`, body: BYTES };
      };
      return [
        await call('own', principalOf(persona)),
        await call('of a user of home', { kind: 'user', id: users.home }),
        await call('of a foreign user', { kind: 'user', id: users.foreign }),
      ];
    },
  },
};
