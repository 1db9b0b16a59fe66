import type { Command } from 'commander';
import {
  ExplainDecisionDocument,
  type ExplainDecisionQuery,
  WhoCanDocument,
  type WhoCanQuery,
  type WhoCanQueryVariables,
  WhoElseCanDocument,
} from '../../../generated/documents.js';
import { CliError, EXIT } from '../../common/errors.js';
import { formatValue } from '../../common/output.js';
import { listAll } from '../../common/paging.js';
import { formatPath, formatPrincipal, formatScope } from '../../common/paths.js';
import { principalRef } from '../../common/refs.js';
import { type ScopeOptions, scopeRef } from '../../common/scopes.js';
import { get, note, openSession, printList, type Session } from '../../common/session.js';
import { isData, isForPeople, type Table, toData } from '../../common/table.js';
import { print } from '../../common/terminal.js';

/** Each principal may have several paths, so a page is smaller than others. */
export const WHO_CAN_PAGE = 15;

/** A line for each path. */
export const WHO_CAN = {
  plural: 'principals',
  columns: [
    ['Principal', 'name'],
    ['Needs', 'needs'],
    ['How', 'how'],
  ],
} as const;

const PRINCIPALS: Table<NonNullable<WhoCanQuery['items']>['nodes'][number]> = {
  columns: [],
  name: ({ user, agent }) => (user ?? agent)?.name,
};

export interface AskOptions extends ScopeOptions {
  readonly target?: string;
}

const variablesOf = (policy: string, { target, ...scope }: AskOptions) => ({
  policy,
  targetId: target ?? null,
  scope: scopeRef(scope),
});

/** Prints who may do something, one line for each path to it; at the scope of the log-in when nothing is named. */
export async function whoCan(policy: string, limit: number, options: AskOptions, self: Command): Promise<void> {
  const session = await openSession(self);
  const isNamed = options.target !== undefined || scopeRef(options) !== null;
  if (!isNamed && session.scope === null)
    throw new CliError('name an object or a scope: --target, --system, --domain-scope or --project', EXIT.usage);
  const variables = variablesOf(policy, isNamed ? options : (session.scope ?? {}));
  const found = await listAll(session, WhoCanDocument, variables, limit, WHO_CAN_PAGE);
  // A list for people has a line for each path, the others one for each principal.
  if (!isForPeople(session.format)) return printList(session, found, PRINCIPALS);
  const rows = found.flatMap(({ paths, roles: needs, ...row }) => {
    const who = { name: formatPrincipal(row), needs };
    return paths.length === 0 ? [{ ...who, how: 'itself' }] : paths.map((path) => ({ ...who, how: formatPath(path) }));
  });
  printList(session, rows, WHO_CAN);
  await tellOthers(session, variables);
}

async function tellOthers(session: Session, variables: WhoCanQueryVariables): Promise<void> {
  const { access, openScopeTypes, hiddenCount } = await get(session, WhoElseCanDocument, variables, 'policy');
  if (access === 'PUBLIC') note(session, 'anybody may, without a token');
  if (access === 'AUTHENTICATED') note(session, 'every caller with a token reaches the check');
  const open = openScopeTypes.map((type) => type.toLowerCase());
  if (open.length > 0) note(session, `any ${open.join(' or ')} scope could do: name one to see who`);
  if (hiddenCount > 0)
    note(session, `${hiddenCount >= 1000 ? '1000 or ' : ''}${hiddenCount} more that you may not read`);
}

type Explanation = NonNullable<ExplainDecisionQuery['item']>;

/** Why no grant would help, in words. */
const OBSTACLES: Readonly<Record<NonNullable<Explanation['obstacle']>, string>> = {
  SCOPE_TYPE: 'the policy does not accept tokens of this scope type',
  BOUNDARY: 'the target is outside the scope',
  PRINCIPAL: 'the principal is not allowed to act',
  TRUST_STATE: 'the agent is not trusted',
  AGENT: 'agents hold no roles',
  CHECK: 'no existing role satisfies the check',
  TOO_MANY_ROLES: 'the check names more roles than the server tries',
};

/** Prints why a principal is allowed or denied; a user, at the scope of the log-in when none is named. */
export async function explainDecision(
  policy: string,
  principal: string,
  options: AskOptions,
  self: Command,
): Promise<void> {
  const session = await openSession(self);
  const who = principalRef(principal);
  // A user acts at a scope; an agent has its own.
  const isHere = who.user != null && scopeRef(options) === null;
  const here = isHere ? { ...options, ...session.scope } : options;
  const told = await get(
    session,
    ExplainDecisionDocument,
    { ...variablesOf(policy, here), principal: who },
    'principal',
  );
  if (isData(session.format)) return print(toData(session.format, told));
  print(`${formatValue(told.outcome)}  ${policy}`);
  print(`scope     ${formatScope(told.scope)}`);
  print(`roles     ${formatValue(told.roles)}`);
  if (told.outcome === 'WRONG_SCOPE') print(`accepts   ${formatValue(told.scopeTypes)}`);
  for (const node of told.checks) print(checkLine(node));
  for (const { role, scope } of told.missing) print(`missing   ${formatValue(role)} on ${formatScope(scope)}`);
  if (told.obstacle !== null) print(`no grant would help: ${OBSTACLES[told.obstacle] ?? told.obstacle}`);
}

/** A part of the check; `>` marks the parts that decide. */
function checkLine({
  depth,
  check,
  value,
  isDeciding,
  isBoundary,
  held,
  target,
}: Explanation['checks'][number]): string {
  const notes = [
    held === null ? [] : [`principal: ${formatValue(held)}`],
    target === null ? [] : [`target: ${formatValue(target)}`],
  ].flat();
  const text = `${'  '.repeat(depth)}${formatValue(check)}`;
  const part = isBoundary ? 'boundary' : 'check';
  return `${part.padEnd(10)}${isDeciding ? '>' : ' '} ${formatValue(value).padEnd(6)} ${text}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`;
}

/** @throws CliError when files for an offline decision are given together with a server's principal. */
export function requireNoFiles(options: {
  readonly credentials?: string;
  readonly policies?: string;
  readonly scope?: string;
}): void {
  if (options.credentials ?? options.policies ?? options.scope)
    throw new CliError(
      '--credentials, --policies and --scope are for decisions without a server, and not for --principal',
      EXIT.usage,
    );
}
