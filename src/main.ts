import { serve } from './process/serve.js';
import { startFailure } from './process/start-failures.js';

/** Serves as the environment configures; a failed start is reported in one line. */
try {
  await serve();
} catch (error) {
  const { line, exitCode } = startFailure(error);
  process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}
