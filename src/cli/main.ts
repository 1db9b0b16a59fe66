import { Command, CommanderError, Option } from 'commander';
import { CliError, EXIT, type ExitCode, messageOf } from './common/errors.js';
import { FORMATS } from './common/table.js';
import { tell } from './common/terminal.js';
import { readVersion } from './common/version.js';

/** Adds verbs, options and the action to a command. */
type Register = (command: Command) => void;

/** A noun is loaded only when `argv` names it, so that help is fast; completion needs them all. */
const NOUNS: readonly (readonly [name: string, summary: string, load: () => Promise<Register>])[] = [
  ['serve', 'start the server', async () => (await import('./server/serve.js')).registerServe],
  ['login', 'log in, and choose the scope to work in', async () => (await import('./identity/login.js')).registerLogin],
  [
    'logout',
    'revoke and forget the tokens kept for a server',
    async () => (await import('./identity/logout.js')).registerLogout,
  ],
  ['context', 'stored log-ins', async () => (await import('./identity/context.js')).registerContext],
  [
    'whoami',
    'show the caller, its scope and its roles',
    async () => (await import('./identity/whoami.js')).registerWhoami,
  ],
  ['now', 'what needs somebody now', async () => (await import('./overview/now.js')).registerNow],
  ['search', 'find objects by id or name', async () => (await import('./overview/search.js')).registerSearch],
  ['password', 'your own password', async () => (await import('./identity/password.js')).registerPassword],
  ['domain', 'tenants', async () => (await import('./identity/domain.js')).registerDomain],
  ['project', 'projects of a domain', async () => (await import('./identity/project.js')).registerProject],
  ['user', 'users of a domain', async () => (await import('./identity/user.js')).registerUser],
  ['group', 'groups of users', async () => (await import('./identity/group.js')).registerGroup],
  [
    'session',
    'browsers in which people are logged in',
    async () => (await import('./identity/session.js')).registerSession,
  ],
  ['token', 'your own tokens', async () => (await import('./identity/token.js')).registerToken],
  [
    'credential',
    'keys with which programs act for a user',
    async () => (await import('./identity/credential.js')).registerCredential,
  ],
  ['role', 'roles, and who holds them where', async () => (await import('./identity/role.js')).registerRole],
  ['assignment', 'role assignments', async () => (await import('./identity/assignment.js')).registerAssignment],
  [
    'allowlist',
    'what machines are allowed to run',
    async () => (await import('./attestation/allowlist.js')).registerAllowlist,
  ],
  [
    'join-token',
    'tokens with which machines join the fleet',
    async () => (await import('./fleet/join-token.js')).registerJoinToken,
  ],
  ['agent', 'machines that attest', async () => (await import('./attestation/agent.js')).registerAgent],
  ['node', 'machines of the fleet', async () => (await import('./fleet/node.js')).registerNode],
  ['attest', 'verify evidence without a server', async () => (await import('./attestation/attest.js')).registerAttest],
  ['policy', 'who may do what', async () => (await import('./identity/policy.js')).registerPolicy],
  ['demo', 'the demo that serve --demo makes', async () => (await import('./server/demo.js')).registerDemo],
  ['db', 'the database itself, without a server', async () => (await import('./server/db.js')).registerDb],
  [
    'federation',
    'the graph for a Federation 2 router',
    async () => (await import('./federation/federation.js')).registerFederation,
  ],
  [
    'completion',
    'print a script that completes commands in a shell',
    async () => (await import('./common/completion.js')).registerCompletion,
  ],
  [
    'audit',
    'the audit log: what was done and what was denied',
    async () => (await import('./audit/audit.js')).registerAudit,
  ],
];

const EXIT_HELP = `
Exit codes:
  0  done
  1  refused: what was asked cannot be done, or evidence was rejected
  2  usage: the command, an option or a file named in it is wrong
  3  denied: not logged in, or not allowed
  4  not found, or hidden
  5  unavailable: the server, the TPM or what else is needed does not answer`;

/**
 * Runs one command line, prints its output, and returns the exit code. Never throws.
 *
 * @param argv the arguments after the program's name.
 */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  try {
    const program = await createProgram(argv);
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error);
  }
}

/** The whole command tree; nouns that `argv` does not name have only their summary. */
export async function createProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('bailiwick')
    .description('A control plane for fleets of machines that prove with their TPMs what they run.')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(FORMATS).default('table'))
    .option('--server <url>', 'the server to talk to (or BAILIWICK_SERVER), by default that of the last log-in')
    .option('--context <name>', 'the log-in to use, see context list (or BAILIWICK_CONTEXT)')
    .option('--ca-file <file>', 'authorities to trust in addition, in PEM (or BAILIWICK_CA_FILE)')
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for usage)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_HELP);
  for (const [name, summary, load] of NOUNS) {
    const command = program.command(name).description(summary);
    if (argv.includes(name) || argv.includes('completion')) (await load())(command);
  }
  return program;
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    for (const line of error.lines) tell(`error: ${line}`);
    if (error.hint !== undefined) for (const line of error.hint.split('\n')) tell(`hint: ${line}`);
    return error.exitCode;
  }
  tell(`error: ${messageOf(error)}`);
  return EXIT.unavailable;
}
