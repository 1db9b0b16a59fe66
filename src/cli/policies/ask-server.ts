import type { Command } from 'commander';
import type { Variables } from '../client.js';
import { EXPLAIN_DECISION, WHO_CAN, WHO_ELSE_CAN } from '../documents/questions.js';
import { CliError, EXIT } from '../errors.js';
import { formatValue, type Row, toJson } from '../output.js';
import { listAll } from '../paging.js';
import { formatPath, formatPrincipal, formatScope } from '../paths.js';
import { principalRef } from '../refs.js';
import { type ScopeOptions, scopeRef } from '../scopes.js';
import { get, note, openSession, printList, type Session } from '../session.js';
import { print } from '../terminal.js';

/** Each principal may have several ways with it, so a page is shorter than others. */
export const WHO_CAN_PAGE = 15;

export interface AskOptions extends ScopeOptions {
  readonly target?: string;
}

const variablesOf = (policy: string, { target, ...scope }: AskOptions): Variables => ({
  policy,
  targetId: target ?? null,
  scope: scopeRef(scope),
});

/** Prints who may do something, a line for each way to it. */
export async function whoCan(policy: string, limit: number, options: AskOptions, self: Command): Promise<void> {
  const session = await openSession(self);
  const variables = variablesOf(policy, options);
  const found = await listAll(session, WHO_CAN, variables, limit, WHO_CAN_PAGE);
  if (session.format !== 'table') {
    printList(session, session.format === 'name' ? found.map(named) : found, []);
    return;
  }
  const rows = found.flatMap((row) => {
    const paths = row.paths as readonly Row[];
    const who = { name: formatPrincipal(row), needs: row.roles };
    return paths.length === 0 ? [{ ...who, how: 'itself' }] : paths.map((path) => ({ ...who, how: formatPath(path) }));
  });
  printList(session, rows, [
    ['PRINCIPAL', 'name'],
    ['NEEDS', 'needs'],
    ['HOW', 'how'],
  ]);
  await tellOthers(session, variables);
}

const named = ({ user, agent }: Row): Row => (user ?? agent ?? {}) as Row;

async function tellOthers(session: Session, variables: Variables): Promise<void> {
  const { access, openScopeTypes, hiddenCount } = await get(session, WHO_ELSE_CAN, variables, 'policy');
  if (access === 'PUBLIC') note(session, 'anybody may, without a token');
  if (access === 'AUTHENTICATED') note(session, 'every caller with a token reaches the check');
  const open = (openScopeTypes as readonly string[]).map((type) => type.toLowerCase());
  if (open.length > 0) note(session, `any ${open.join(' or ')} scope could do: name one to see who`);
  if (Number(hiddenCount) > 0)
    note(session, `${Number(hiddenCount) >= 1000 ? '1000 or ' : ''}${hiddenCount} more that you may not read`);
}

/** Why no grant would help, in words. */
const OBSTACLES: Readonly<Record<string, string>> = {
  SCOPE_TYPE: 'the policy does not accept tokens of this scope type',
  BOUNDARY: 'the target is outside the scope',
  PRINCIPAL: 'the principal is not allowed to act',
  TRUST_STATE: 'the agent is not trusted',
  AGENT: 'agents hold no roles',
  CHECK: 'no existing role satisfies the check',
  TOO_MANY_ROLES: 'the check names more roles than the server tries',
};

/** Prints why a principal may or may not. */
export async function explainDecision(
  policy: string,
  principal: string,
  options: AskOptions,
  self: Command,
): Promise<void> {
  const session = await openSession(self);
  const variables = { ...variablesOf(policy, options), principal: principalRef(principal) };
  const told = await get(session, EXPLAIN_DECISION, variables, 'principal');
  if (session.format === 'json') return print(toJson(told));
  print(`${formatValue(told.outcome)}  ${policy}`);
  print(`scope     ${formatScope(told.scope)}`);
  print(`roles     ${formatValue(told.roles)}`);
  if (told.outcome === 'WRONG_SCOPE') print(`accepts   ${formatValue(told.scopeTypes)}`);
  for (const node of told.checks as readonly Row[]) print(checkLine(node));
  for (const { role, scope } of told.missing as readonly Row[])
    print(`missing   ${formatValue(role)} on ${formatScope(scope)}`);
  if (told.obstacle != null) print(`no grant would help: ${OBSTACLES[String(told.obstacle)] ?? told.obstacle}`);
}

/** A part of the check; `>` marks those that the decision rests on. */
function checkLine({ depth, check, value, isDeciding, isBoundary, held, target }: Row): string {
  const notes = [
    held == null ? [] : [`principal: ${formatValue(held)}`],
    target == null ? [] : [`target: ${formatValue(target)}`],
  ].flat();
  const text = `${'  '.repeat(Number(depth))}${formatValue(check)}`;
  const part = isBoundary === true ? 'boundary' : 'check';
  return `${part.padEnd(10)}${isDeciding === true ? '>' : ' '} ${formatValue(value).padEnd(6)} ${text}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`;
}

/** @throws CliError when files for a decision without a server are named beside a principal of one. */
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
