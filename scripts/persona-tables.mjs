// The lists of docs/personas.md: which policies each kind of caller passes, computed from the policies. Needs a build.
import { PERSONAS } from '../dist/identity/overrides/personas.js';
import { targetsOf } from '../dist/platform/policy/index.js';

const SCOPES = ['system', 'domain', 'project'];
const ROLES = ['admin', 'manager', 'member', 'reader'];
const code = (text) => `\`${text}\``;
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** The text of each generated part, by its name. */
export function personaParts(policies) {
  const asked = policies.list().map((policy) => ({ policy, passed: passedBy(policies, policy.name) }));
  const asksForMore = ({ passed }) => SCOPES.some((scope) => differs(passed, scope)) || isForAgentsAlone(passed);
  const withheld = policies.list().filter(({ isForCredentials }) => !isForCredentials);
  const isService = (name) => name.endsWith('-service');
  return new Map([
    ...SCOPES.flatMap((scope) => ROLES.map((role) => [`${scope}-${role}`, gained(asked, `${scope}-${role}`)])),
    ['service', alike(asked, isService)],
    ['agent', alike(asked, isAgent)],
    ['not for API credentials', `${withheld.map(({ name }) => code(name)).join(', ')}.`],
    ['policies that ask for a role', roleTable(asked.filter(asksForMore))],
    ['policies that ask for none', anyTable(asked.filter((one) => !asksForMore(one)))],
  ]);
}

/** The rows on which each persona is allowed; a policy that reads no row counts as one with a single row. */
function passedBy(policies, name) {
  return new Map(
    PERSONAS.map((persona) => {
      const { subject } = persona;
      const allows = ([, row]) => policies.explain(name, subject, row ?? undefined).decision.outcome === 'ALLOWED';
      return [persona.name, [...targetsOf(name, policies, policies, subject)].filter(allows).map(([row]) => row)];
    }),
  );
}

const count = (passed, persona) => passed.get(persona)?.length ?? 0;
const differs = (passed, scope) => count(passed, `${scope}-admin`) !== count(passed, `${scope}, no role`);
const isForAgentsAlone = (passed) =>
  agentsOf(passed).length > 0 && ['unscoped', 'project, no role'].every((name) => count(passed, name) === 0);
const isAgent = (name) => name.startsWith('agent:');
const agentsOf = (passed) => PERSONAS.filter(({ name }) => isAgent(name) && count(passed, name) > 0);

/** What a persona passes beyond the one below it: the next lower role, or for the lowest a token without a role. */
function gained(asked, persona) {
  const [scope, role] = persona.split('-');
  const next = ROLES.includes(role) ? ROLES[ROLES.indexOf(role) + 1] : undefined;
  const below = !SCOPES.includes(scope) ? 'anonymous' : next ? `${scope}-${next}` : `${scope}, no role`;
  const than = below.endsWith('no role') ? 'a token without a role' : below;
  const more = asked.filter(({ passed }) => count(passed, persona) > count(passed, below));
  if (more.length === 0) return `It passes what ${than} passes.`;
  const told = more.map(({ policy, passed }) => `${code(policy.name)}${count(passed, below) > 0 ? ' for more' : ''}`);
  return `Beyond what ${than} passes: ${told.join(', ')}.`;
}

/** What several personas pass: only once if it is the same for all of them. */
function alike(asked, isMeant) {
  const names = PERSONAS.map(({ name }) => name).filter(isMeant);
  const texts = new Set(names.map((name) => gained(asked, name)));
  return texts.size === 1 ? [...texts][0] : names.map((name) => `${name}: ${gained(asked, name)}`).join('\n\n');
}

function roleTable(asked) {
  const rows = asked.map(({ policy, passed }) => [
    code(policy.name),
    ...SCOPES.map((scope) => needed(passed, scope)),
    agents(passed),
    // A credential has one of these scopes.
    policy.isForCredentials && SCOPES.some((scope) => count(passed, `${scope}-admin`) > 0) ? 'yes' : '–',
  ]);
  return table(['Policy', 'On the system', 'On a domain', 'On a project', 'As an agent', 'API credential'], rows);
}

/**
 * The lowest role that allows everything that the policy can allow at a scope, and the lowest that allows some of it.
 */
function needed(passed, scope) {
  const most = count(passed, `${scope}-admin`);
  if (most === 0) return '–';
  const ladder = [
    ['no role', count(passed, `${scope}, no role`)],
    ...ROLES.toReversed().map((role) => [role, count(passed, `${scope}-${role}`)]),
  ];
  const [all] = ladder.find(([, rows]) => rows === most);
  const [some] = ladder.find(([, rows]) => rows > 0);
  return all === some ? all : `${all}; ${some} for some`;
}

function agents(passed) {
  const able = agentsOf(passed).map(({ name }) => name);
  if (able.length === 0) return '–';
  return able.length === PERSONAS.filter(({ name }) => isAgent(name)).length ? 'yes' : able.join(', ');
}

/** Policies that require no role. */
function anyTable(asked) {
  const yes = (passed, persona) => (count(passed, persona) > 0 ? 'yes' : '–');
  const rows = asked.map(({ policy, passed }) => [
    code(policy.name),
    policy.description,
    ...['project, no role', 'agent:machine, trusted', 'unscoped', 'anonymous'].map((name) => yes(passed, name)),
    policy.isForCredentials ? 'yes' : '–',
  ]);
  const head = ['Policy', 'For', 'With a scope', 'As an agent', 'Unscoped', 'Anonymous', 'API credential'];
  return table(head, rows);
}
