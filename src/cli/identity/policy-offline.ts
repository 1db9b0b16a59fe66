import { type Command, Option } from 'commander';
import { SCOPE_TYPES } from '../../platform/policy/engine/policy.js';
import { CliError, EXIT } from '../common/errors.js';
import { type ScopeOptions, scopeRef, withScope } from '../common/scopes.js';
import { isForPeople } from '../common/table.js';
import { tell } from '../common/terminal.js';
import { formatOf, verb, withPolicyFile } from '../common/verb.js';
import { explainDecision, requireNoFiles } from './policies/ask-server.js';
import type { QuestionFiles } from './policies/question.js';

/** The verbs that need no server: they read the built-in policies and files. `explain` can also ask a server. */
export function registerOfflinePolicy(noun: Command): void {
  verb(
    noun,
    'sample',
    'print a policy file with every default, as YAML or with -o json as JSON',
    'bailiwick policy sample > policy.yaml',
  ).action(async (_options: object, self: Command) => {
    (await import('./policies/sample.js')).printSample(formatOf(self));
  });
  verb(noun, 'lint <file>', 'check a policy file: exit 1 for errors', 'bailiwick policy lint policy.yaml')
    .option('--strict', 'exit 1 for warnings too')
    .action(async (file: string, { strict }: { strict?: boolean }, self: Command) => {
      await (await import('./policies/lint.js')).lintPolicies(file, strict ?? false, formatOf(self));
    });
  verb(
    noun,
    'redundant <file>',
    'list the entries of a policy file that change nothing',
    'bailiwick policy redundant policy.yaml',
  ).action(async (file: string, _options: object, self: Command) => {
    await (await import('./policies/redundant.js')).printRedundant(file, formatOf(self));
  });
  verb(
    noun,
    'import-service <file>',
    "read another service's sample policy, and list what would be refused: exit 1 if there is any",
    'bailiwick policy import-service nova.policy.yaml.sample',
  )
    .option('--strict', 'exit 1 for warnings too')
    .action(async (file: string, { strict }: { strict?: boolean }, self: Command) => {
      await (await import('./policies/import-service.js')).importService(file, strict ?? false, formatOf(self));
    });
  withQuestion(
    verb(
      noun,
      'evaluate [name]',
      'decide a policy: exit 0 when allowed, 1 when denied; without a name, decide cases from standard input',
      'bailiwick policy evaluate allowlist:create --credentials credentials.json --target target.json',
    ),
  ).action(async (name: string | undefined, files: QuestionFiles, self: Command) => {
    if (name === undefined) return (await import('./policies/cases.js')).decideLines(process.stdin);
    await (await import('./policies/explain.js')).evaluatePolicy(name, files, formatOf(self));
  });
  const explain = verb(
    noun,
    'explain <name>',
    'show which part of a policy decides, and why; with --principal as the server decides',
    'bailiwick policy explain agent:ban --principal alice --project web --target agt_…',
  );
  withScope(withQuestion(explain))
    .option('--principal <user>', "a user as [domain/]name or id, or an agent's id; then --target is an id")
    .action(async (name: string, { principal, ...options }: ExplainOptions, self: Command) => {
      if (principal === undefined) {
        if (scopeRef(options) !== null)
          throw new CliError('a scope belongs to --principal; without it, use --scope', EXIT.usage);
        await (await import('./policies/explain.js')).explainPolicy(name, options, formatOf(self));
        if (isForPeople(formatOf(self)) && (options.credentials ?? options.scope) === undefined)
          tell('that is for a caller without a token; name another: --principal USER, or --credentials FILE');
        return;
      }
      requireNoFiles(options);
      await explainDecision(name, principal, options, self);
    });
}

interface ExplainOptions extends QuestionFiles, ScopeOptions {
  readonly principal?: string;
}

function withQuestion(command: Command): Command {
  return withPolicyFile(command)
    .option('--credentials <file>', 'the credentials of the caller, as JSON; without it, anonymous')
    .option('--target <file>', 'target keys and their values, as JSON; without it, whether any row could be allowed')
    .addOption(
      new Option('--scope <type>', "the token's scope; by default from the credentials").choices([
        ...SCOPE_TYPES,
        'unscoped',
        'anonymous',
      ]),
    );
}
