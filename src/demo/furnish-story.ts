import { mutate, request } from '../cli/common/client.js';
import { ApiError } from '../cli/common/errors.js';
import {
  AgentDocument,
  BanAgentDocument,
  CreateAllowlistDocument,
  CreateApiCredentialDocument,
  SetPolicyCandidateDocument,
} from '../generated/documents.js';
import type { Callers } from './callers.js';
import { ADMIN, onDomain, onProject, SYSTEM, TENANTS_PEOPLE } from './cast.js';
import { TENANTS_MACHINE } from './fleet-cast.js';
import { inDays } from './furnish-people.js';

const STOREFRONT = onProject('acme', 'storefront');

/** A change of policies that waits for somebody to decide, what was denied meanwhile, and a program's key. */
export async function furnishStory(callers: Callers): Promise<void> {
  const reason = 'May managers of a project ban its machines? Looking at it for a week.';
  const overrides = [{ name: 'agent:ban', check: 'role:manager' }];
  await mutate(await callers.as(ADMIN, SYSTEM), SetPolicyCandidateDocument, { overrides, reason });
  const mel = await callers.as(TENANTS_PEOPLE.mel, STOREFRONT);
  const key = { name: 'dashboard', description: 'The screen in the hall', roles: ['reader'], expiresAt: inDays(90) };
  await mutate(mel, CreateApiCredentialDocument, key);
  const agent = { inProject: { name: TENANTS_MACHINE.name, project: 'storefront', domain: 'acme' } };
  const mia = await callers.as(TENANTS_PEOPLE.mia, STOREFRONT);
  await denied(() => mutate(mia, BanAgentDocument, { agent, reason: 'looks odd' }));
  await denied(() => mutate(mel, BanAgentDocument, { agent, reason: 'looks odd' }));
  const rob = await callers.as(TENANTS_PEOPLE.rob, STOREFRONT);
  await denied(() => mutate(rob, CreateAllowlistDocument, { name: 'my-tools', tpmPolicy: '{}' }));
  const otto = await callers.as(TENANTS_PEOPLE.otto, onDomain('orbit'));
  await request(otto, AgentDocument, { ref: agent }).catch(unlessDenied);
}

/** What somebody tries who may not. */
async function denied(attempt: () => Promise<unknown>): Promise<void> {
  await attempt().catch(unlessDenied);
}

function unlessDenied(error: unknown): void {
  if (!(error instanceof ApiError && /^(FORBIDDEN|NOT_FOUND)$/.test(error.code))) throw error;
}
