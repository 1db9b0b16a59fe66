import { serve } from './process/serve.js';
import { startFailure } from './process/start-failures.js';

/** Serves as the environment says, and tells in one line why it cannot. */
try {
  await serve();
} catch (error) {
  const { line, exitCode } = startFailure(error);
  process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}
