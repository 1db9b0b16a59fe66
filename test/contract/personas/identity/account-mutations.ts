import { setEnabled } from '../../../../src/identity/users/index.js';
import { newId } from '../../../../src/platform/ids.js';
import { asId } from '../../../harness/ids.js';
import type { Attempt, Attempts } from '../fixture.js';
import type { OwnerName, World } from '../world.js';

const PASSWORD = 'correct horse battery';

/** Users by what they hold, and where they belong: a fresh one for each attempt. */
function users(world: World) {
  const { server, home, foreign, owners, rows } = world;
  const holding =
    (role: 'admin' | 'reader', on: OwnerName, domainId = home) =>
    async () => {
      const id = await server.user(domainId);
      await rows.assignment(id, role, owners[on]);
      return id;
    };
  return {
    'of home, with nothing': () => server.user(home),
    'of home, reader on own': holding('reader', 'own'),
    'of home, admin on home': holding('admin', 'home'),
    'of home, reader on the foreign project': holding('reader', 'foreign project'),
    'of home, admin on system': holding('admin', 'system'),
    'of the foreign domain': () => server.user(foreign),
  };
}

/** Something that is done to each of those users, who are first as it takes for that to change them. */
const toUsers =
  (prepare: (world: World, id: string) => Promise<unknown> = async () => {}): Attempts =>
  (world) =>
    Object.entries(users(world)).map(([target, make]) => {
      const input = async () => {
        const id = await make();
        await prepare(world, id);
        return { user: { id } };
      };
      return { target, input };
    });

const loggedIn = ({ rows }: World, id: string) => rows.tokenOf({ kind: 'user', id });
const disabled = ({ server: { services } }: World, id: string) =>
  services.db.transaction((tx) => setEnabled({ tx, now: services.clock.now() }, asId(id), false));

/** To fewer of them: each password that is set takes a third of a second. */
const passwordsOf: Attempts = async (world) => {
  const attempts = await toUsers()(world);
  return attempts.slice(1, 4).map(({ target, input }) => ({
    target,
    input: async (persona) => ({ ...(await input(persona)), password: PASSWORD }),
  }));
};

/** A fresh API credential of a user. */
function credentialOf(target: string, userOf: (world: World) => Promise<string>, domain: 'home' | 'foreign') {
  return (world: World): Attempt => ({
    target,
    input: async () => {
      const scope = domain === 'home' ? world.projects.own : world.projects['foreign project'];
      return { apiCredentialId: await world.rows.credential(await userOf(world), scope) };
    },
  });
}

export const ACCOUNT_MUTATIONS: Readonly<Record<string, Attempts>> = {
  setUserPassword: passwordsOf,
  disableUser: toUsers(),
  enableUser: toUsers(disabled),
  revokeTokens: toUsers(loggedIn),
  createApiCredential: ({ rows: { expiresAt } }) => [
    {
      target: 'with all roles of the token',
      input: () => ({ name: newId('Token'), expiresAt }),
    },
  ],
  deleteApiCredential: (world) =>
    [
      credentialOf('of a user of home', ({ server, home }) => server.user(home), 'home'),
      credentialOf(
        'of an admin of home',
        async ({ server, rows, home, owners }) => {
          const id = await server.user(home);
          await rows.assignment(id, 'admin', owners.home);
          return id;
        },
        'home',
      ),
      credentialOf('of a foreign user', ({ server, foreign }) => server.user(foreign), 'foreign'),
    ].map((attempt) => attempt(world)),
};
