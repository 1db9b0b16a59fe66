import { expect, test } from './fixture.js';
import { PERSONA_NAMES } from './world/deployment.js';
import {
  attemptsById,
  type Control,
  controlsOn,
  decided,
  isDoneAtAll,
  sentAbout,
  sentAboutNone,
} from './world/offers.js';
import { PLACES } from './world/places.js';

// These stories make more people than the lists of other stories expect.
test.use({ sharing: 'what is offered' });

/**
 * Mutations whose control does not follow the decision, and why. The server is asked about one object and cannot know
 * another one that the input names.
 */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  bindAllowlist: 'the list that is chosen decides too: one that is hidden is refused after it was chosen',
  addGroupMember: 'the person who is chosen decides too',
  setProjectDefaults: 'its control is on the page of an allowlist, which becomes the default',
};

/** Mutations that are a part of another one's control. */
const PARTS: Readonly<Record<string, string>> = {
  createUpload: 'a large file becomes an upload while its list is published',
};

const REFUSED: ReadonlySet<string> = new Set(['hidden', 'forbidden', 'scope', '401']);

/** What is wrong with a control, after what the server decided; null when nothing is. */
function wrongOf(control: Control | undefined, word: string): string | null {
  if (REFUSED.has(word)) return control === undefined || control.obstacle === 'rights' ? null : 'is offered';
  if (control === undefined) return 'has no control';
  return control.obstacle === 'rights' ? 'is shown as denied' : null;
}

for (const name of PERSONA_NAMES)
  test(`ok: ${name} is offered what the policies decide, and nothing else`, async ({ as, deployment }) => {
    test.setTimeout(300_000);
    const { world } = deployment;
    const persona = deployment.persona(name);
    const visit = await as(name);
    const wrong: string[] = [];
    for (const { path, type } of PLACES.filter(({ hasDetails }) => hasDetails)) {
      const operations = sentAbout(type ?? '').filter((one) => !(one in EXCEPTIONS));
      for (const [id, attempts] of await attemptsById(world, persona, operations)) {
        await visit.go(`${path}/${id}`);
        const controls = await controlsOn(visit.page);
        for (const { operation, attempt, input } of attempts) {
          const control = controls.find((one) => one.operation === operation);
          const word = await decided(world, persona, operation, attempt, input);
          const fault = wrongOf(control, word);
          if (fault) wrong.push(`${operation} ${fault} at ${attempt.target}, where the answer is ${word}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

for (const name of PERSONA_NAMES)
  test(`ok: ${name} is offered to make what it may make, and nothing else`, async ({ as, deployment }) => {
    const persona = deployment.persona(name);
    const visit = await as(name);
    const seen = new Map<string, Control>();
    for (const { path } of PLACES) {
      await visit.go(path);
      for (const control of await controlsOn(visit.page)) seen.set(control.operation, control);
    }
    const wrong: string[] = [];
    for (const operation of sentAboutNone()) {
      const control = seen.get(operation);
      const isDone = await isDoneAtAll(deployment.world, persona, operation);
      if (control && (control.obstacle !== 'rights') !== isDone)
        wrong.push(`${operation}: ${control.obstacle}, ${isDone}`);
      if (!control && isDone && /^create/.test(operation) && !(operation in PARTS))
        wrong.push(`${operation} has no control`);
    }
    expect(wrong).toEqual([]);
  });
