import { spawn } from 'node:child_process';
import { CliError, EXIT } from '../../common/errors.js';
import { printable } from '../../common/output.js';

export interface ToolOptions {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** A TPM chip needs tens of seconds to create an RSA key. */
const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const MAX_MESSAGE_CHARACTERS = 500;

/** A tool ran but failed. */
export class ToolError extends CliError {
  constructor(tool: string, reason: string) {
    super(`${tool}: ${reason}`, EXIT.unavailable);
    this.name = 'ToolError';
  }
}

/**
 * Runs a program to its end, without a shell, and discards its standard output.
 *
 * @throws ToolError when it cannot run, fails or takes too long; the message ends with its standard error.
 */
export function runTool(tool: string, args: readonly string[], options: ToolOptions): Promise<void> {
  const { directory, environment, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      signal,
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < MAX_OUTPUT_BYTES) complaint += text;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        reject(new CliError(`${tool} is not installed; it is part of tpm2-tools`, EXIT.usage));
      else reject(new ToolError(tool, error.message));
    });
    child.once('close', (code, killed) => {
      if (code === 0) resolve();
      else reject(new ToolError(tool, killed === null ? summarize(complaint, code) : `stopped by ${killed}`));
    });
  });
}

/** tpm2-tools print a line for each layer that reports the error; the first line says most. */
function summarize(complaint: string, code: number | null): string {
  const lines = complaint.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('WARN'));
  const text = printable(lines.slice(0, 3).join('; ')).slice(0, MAX_MESSAGE_CHARACTERS);
  return text === '' ? `exit code ${code}` : text;
}
