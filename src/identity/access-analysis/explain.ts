import { type Context, requireOperation } from '../../authority/index.js';
import { type ExplainedCheck, type Explanation, RelatedTexts, type Subject } from '../../platform/policy/index.js';
import type { ScopeInput } from '../scopes/index.js';
import { scopeView } from './paths.js';
import { permissionGet } from './policies.js';
import { type AskedAbout, agentAt, askedAbout, type PrincipalInput } from './principals.js';
import { blockedBy, type Remedy, remedyForUser } from './remedy.js';
import { rightsOf } from './rights.js';
import { type Question, questionOn } from './target.js';

export interface ExplainDecision {
  readonly principal: PrincipalInput;
  readonly scope?: ScopeInput | null | undefined;
  readonly policy: string;
  readonly targetId?: string | null | undefined;
}

/** Why a principal may or may not do something; after a refusal, the smallest set of grants that would allow it. */
export async function explainDecision(context: Context, args: ExplainDecision) {
  requireOperation(context, permissionGet.name);
  const asked = await askedAbout(context, args.principal, args.scope);
  const question = await questionOn(context, args.policy, args.targetId);
  return asked.kind === 'agent' ? explainAgent(context, question, asked) : explainUser(context, question, asked);
}

type About<Kind> = Extract<AskedAbout, { readonly kind: Kind }>;

async function explainAgent(context: Context, question: Question, { agent }: About<'agent'>) {
  const subject = agentAt(agent, context.clock.now());
  if (subject !== null) await question.relations.readFor([subject]);
  const scope = { type: 'AGENT', domainId: agent.domainId, projectId: agent.projectId };
  const told = tell(context, question, subject, 'agent');
  return { ...told, scope, roles: [], ...(told.outcome === 'ALLOWED' ? NOTHING : remedyForAgent(question, subject)) };
}

function remedyForAgent({ asked }: Question, subject: Subject | null): Remedy {
  if (subject === null) return blockedBy('PRINCIPAL');
  if (!asked.takes('agent')) return blockedBy('SCOPE_TYPE');
  if (!asked.couldAllow('agent', subject.credentials, [], 'boundary')) return blockedBy('BOUNDARY');
  return blockedBy(asked.couldAllow('agent', subject.credentials, ['trust_state']) ? 'TRUST_STATE' : 'AGENT');
}

async function explainUser(context: Context, question: Question, { user, scope }: About<'user'>) {
  const { graph, roles, subject, wouldBe } = await rightsOf(context, user, scope);
  await question.relations.readFor([wouldBe]);
  const told = tell(context, question, subject, scope.type);
  const remedy = () => {
    if (!user.isEnabled) return blockedBy('PRINCIPAL');
    return remedyForUser(question.asked, graph, wouldBe, scope);
  };
  return { ...told, scope: scopeView(scope), roles, ...(told.outcome === 'ALLOWED' ? NOTHING : remedy()) };
}

const NOTHING: Remedy = { missing: [], obstacle: null };

/** The decision with its checks. Without a token, no check is shown. */
function tell(context: Context, { policy, values }: Question, subject: Subject | null, type: Subject['scope']) {
  const description = context.policies.get(policy);
  const scopeTypes = typeof description?.scopeTypes === 'object' ? description.scopeTypes : [];
  const told = context.policies.explain(policy, subject ?? { scope: type, credentials: {} }, values);
  const isTaken = told.tree !== null;
  const outcome = !isTaken ? 'WRONG_SCOPE' : subject === null ? 'NO_TOKEN' : told.decision.outcome;
  const checks = subject === null ? [] : nodesOf(told, values !== undefined);
  return { outcome, scopeTypes: scopeTypes.map((one) => one.toUpperCase()), checks };
}

/**
 * The tree as a list, each node before its parts. For a target outside the boundary, only the boundary is shown: the
 * values of the check may show how others relate to the target.
 */
function nodesOf({ tree, boundary }: Explanation, isOnTarget: boolean) {
  if (tree === null) return [];
  const list = (node: ExplainedCheck, depth: number, isBoundary: boolean): ReturnType<typeof view>[] => [
    view(node, depth, isBoundary),
    ...node.of.flatMap((part, index) =>
      list(part, depth + 1, isBoundary || (boundary !== null && depth === 0 && index === 0)),
    ),
  ];
  const isBeyond = isOnTarget && boundary !== null && boundary.value !== 'TRUE';
  return isBeyond ? list(boundary, 0, true) : list(tree, 0, false);
}

function view({ check, value, isDeciding, held, target }: ExplainedCheck, depth: number, isBoundary: boolean) {
  return { depth, check, value, isBoundary, isDeciding, held: texts(held), target: texts(target) };
}

/** Values as strings; null when there is no value. */
function texts(value: ExplainedCheck['target'] | ExplainedCheck['held']): string[] | null {
  if (value === undefined) return null;
  if (value instanceof RelatedTexts) return [...value.found()];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item) => item !== null).map(String);
}
