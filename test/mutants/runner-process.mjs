// Runs test files of a tree for its parent, one set after another. What takes long is done once: vitest starts, reads its
// settings and keeps what it transformed. Each set has a new worker, so no set sees what another left in memory.
import { relative } from 'node:path';
import { createVitest } from 'vitest/node';

/** The order in which the parent names the files. */
class AsNamed {
  sort = (specifications) => specifications;
  shard = (specifications) => specifications;
}

const [root, testTimeout] = process.argv.slice(2);
process.chdir(root);
const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  fileParallelism: false,
  testTimeout: Number(testTimeout),
  reporters: [{}],
  sequence: { sequencer: AsNamed },
});
const found = await vitest.globTestSpecifications();

const pathOf = ({ moduleId }) => relative(root, moduleId);

function whyFailed(module) {
  const tests = [...module.children.allTests('failed')];
  const errors = [...module.errors(), ...tests.flatMap((test) => test.result().errors ?? [])];
  return {
    file: pathOf(module),
    tests: tests.map(({ fullName }) => fullName),
    errors: errors.map(({ message }) => message),
  };
}

process.on('message', async (files) => {
  const specifications = files.flatMap((file) => found.filter((one) => pathOf(one) === file));
  const missing = files.filter((file) => !found.some((one) => pathOf(one) === file));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // The list has the modules of earlier sets too; those of this one are as they are now.
  const failed = testModules.filter((module) => files.includes(pathOf(module)) && module.state() === 'failed');
  const errors = [...missing.map((file) => `${file} is no test`), ...unhandledErrors.map(({ message }) => message)];
  process.send({ failed: failed.map(whyFailed), errors });
});
// It leads a group of its own, which a signal to the parent does not reach.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.send('ready');
