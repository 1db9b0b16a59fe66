import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../db/folder-lock.js';
import { CannotStart } from '../platform/cannot-start.js';
import { createWhole } from '../platform/durable-file.js';
import { newPassword, randomSecret } from '../platform/secrets.js';

/** Says whose folder it is: nothing without it is ever removed. */
const MARKER = 'demo';
const FURNISHED = 'furnished';
const MARKER_TEXT =
  'This folder belongs to a demo of Bailiwick. `bailiwick demo remove` removes it with everything in it.\n';

/** The folder of everything that a demo keeps. Mode 0700; the files are private. */
export interface DemoFolder {
  readonly path: string;
  readonly machines: string;
  /** What the keys of the simulated machines come from. */
  readonly seed: string;
  readonly passwordPath: string;
  /** The password of everybody in the demo. */
  readonly password: string;
  /** Whether everything was made that a demo has. */
  isFurnished(): boolean;
  markFurnished(): void;
}

/**
 * Opens the folder of a demo; makes it where nothing is.
 *
 * @throws CannotStart for a folder with anything else in it.
 */
export function openDemoFolder(path: string): DemoFolder {
  if (isDemoFolder(path) !== true) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!isEmpty(path))
      throw new CannotStart(`${path} is not the folder of a demo: move what is there, and start again.`);
    createWhole(join(path, MARKER), MARKER_TEXT);
  }
  const passwordPath = join(path, 'password');
  return {
    path,
    machines: join(path, 'machines'),
    seed: kept(join(path, 'seed'), () => randomSecret().toString('hex')),
    passwordPath,
    password: kept(passwordPath, newPassword),
    isFurnished: () => existsSync(join(path, FURNISHED)),
    markFurnished: () => void createWhole(join(path, FURNISHED), ''),
  };
}

/** Whether there is such a folder and it is a demo's; null where nothing is. A link is nobody's folder. */
export function isDemoFolder(path: string): boolean | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  return found.isDirectory() && lstatSync(join(path, MARKER), { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Removes the folder of a demo with everything in it. What says that it is a demo's goes last, so that a removal that was
 * interrupted can be repeated.
 *
 * @throws CannotStart when it is no demo's folder, and when the demo runs.
 */
export async function removeDemoFolder(path: string): Promise<void> {
  if (isDemoFolder(path) !== true) throw new CannotStart(`${path} is not the folder of a demo.`);
  const data = join(path, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(data);
  try {
    const names = readdirSync(path).filter((name) => name !== MARKER && name !== 'data');
    for (const name of [...names, 'data', MARKER]) rmSync(join(path, name), { recursive: true, force: true });
  } finally {
    lock.release();
  }
  rmSync(path, { recursive: true, force: true });
}

const isEmpty = (path: string) => readdirSync(path).length === 0;

/** The text in a private file, which is made once. */
function kept(path: string, make: () => string): string {
  createWhole(path, `${make()}\n`);
  return readFileSync(path, 'utf8').trim();
}
