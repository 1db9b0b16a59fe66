import { eq } from 'drizzle-orm';
import { type AuthorizationContext, isNarrowed, type Obstacle, type Requirement } from '../authority/index.js';
import { userDisable } from './accounts/policies.js';
import { byGrantRule, isGivenOn, isHeldBy, type ReadGiven, readsGiven, readsGivenItself } from './assignments/index.js';
import { roleAssignments } from './assignments/tables.js';
import { holdsNoRole } from './credentials/limits.js';
import { apiCredentials } from './credentials/tables.js';
import { domains } from './domains/tables.js';
import { groups } from './groups/tables.js';
import { projects } from './projects/tables.js';
import { users } from './users/tables.js';

const mayGrant = byGrantRule('grant');
const mayRevoke = byGrantRule('revoke');

const heldByUser = readsGiven((db) => isHeldBy(db, users.id), users.id);
const heldByOwner = readsGiven((db) => isHeldBy(db, apiCredentials.userId), apiCredentials.userId);
const heldByGroup = readsGiven(() => eq(roleAssignments.groupId, groups.id));
const givenOnDomain = readsGiven(() => isGivenOn({ type: 'domain', domainId: domains.id, projectId: null }));
const givenOnProject = readsGiven(() =>
  isGivenOn({ type: 'project', domainId: projects.domainId, projectId: projects.id }),
);

/** See `requireWhole`. */
const whole = (authorization: AuthorizationContext): Obstacle | null =>
  isNarrowed(authorization) ? 'NARROWED_TOKEN' : null;

/** What belongs to somebody else than the caller. */
const ofOthers: (...of: Parameters<typeof mayRevoke>) => Parameters<typeof mayRevoke>[1] = ({ actor }, objects) =>
  objects.filter(({ read }) => (read as ReadGiven).ownerId !== actor.principal?.id);

/** What mutations of identity require beyond their policies: what their services ask of the same functions. */
export const identityRequirements: readonly Requirement[] = [
  { mutations: ['updateUser', 'deleteUser', 'disableUser'], reads: heldByUser, ofObjects: mayRevoke },
  { mutations: ['setUserPassword', 'enableUser'], reads: heldByUser, ofObjects: mayGrant },
  {
    mutations: ['revokeTokens'],
    about: 'User',
    ofCaller: whole,
    reads: heldByUser,
    ofObjects: async (context, objects) => {
      const others = ofOthers(context, objects);
      const refused = new Map(await mayRevoke(context, others));
      for (const { id, may } of others) if (!may(userDisable.name)) refused.set(id, 'FORBIDDEN');
      return refused;
    },
  },
  { mutations: ['revokeSession'], ofCaller: whole },
  { mutations: ['updateGroup', 'deleteGroup', 'removeGroupMember'], reads: heldByGroup, ofObjects: mayRevoke },
  { mutations: ['addGroupMember'], reads: heldByGroup, ofObjects: mayGrant },
  { mutations: ['revokeRole'], reads: readsGivenItself, ofObjects: mayRevoke },
  { mutations: ['deleteDomain'], reads: givenOnDomain, ofObjects: mayRevoke },
  { mutations: ['deleteProject'], reads: givenOnProject, ofObjects: mayRevoke },
  {
    mutations: ['createApiCredential'],
    ofCaller: (authorization) => whole(authorization) ?? (holdsNoRole(authorization) ? 'FORBIDDEN' : null),
  },
  {
    mutations: ['deleteApiCredential'],
    ofCaller: whole,
    reads: heldByOwner,
    ofObjects: (context, objects) => mayRevoke(context, ofOthers(context, objects)),
  },
];
