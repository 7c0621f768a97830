import { randomUUID } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StockafolioError } from '@stockafolio/core';

/** The owner of a lock. */
export interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Distinguishes a process from a later one with the same id, if the system reports when a process started. */
  readonly started: string | undefined;
}

export interface ProcessLock {
  release(): Promise<void>;
}

export interface ProcessLockOptions {
  readonly dir: string;
  /** The name of its file in the folder. */
  readonly name: string;
  /** Makes the error for a lock that another process holds. */
  readonly taken: (owner: Owner, isElsewhere: boolean) => StockafolioError;
}

/**
 * A right that one process has at a time, for example to write to a folder.
 *
 * The lock is a file with a random token and the owner in it. A lock whose owner has died is inherited. The heir is the
 * process that creates the file `heir-TOKEN`, and the file system lets only one create it. If the heir dies too, its
 * own token is inherited in turn. So two processes that find the same dead owner never both become its heir.
 *
 * @throws the error of `taken` if a live process holds it; ERR_LOG_LOCKED if the lock cannot be read
 */
export async function processLock(options: ProcessLockOptions): Promise<ProcessLock> {
  const { dir, name } = options;
  const me: Owner = { token: randomUUID(), pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  const lock = join(dir, name);
  const mine = join(dir, `.writer-${me.token}`);
  await writeFile(mine, JSON.stringify(me));
  try {
    while (!(await acquire(options, lock, mine)));
  } finally {
    await unlink(mine).catch(absent);
  }
  return {
    async release() {
      const owner = await ownerIn(lock);
      if (owner?.token === me.token) await unlink(lock).catch(absent);
    },
  };
}

/** One attempt; false if something changed meanwhile and a retry is useful. */
async function acquire({ dir, taken }: ProcessLockOptions, lock: string, mine: string): Promise<boolean> {
  if (await linked(mine, lock)) return true;
  const holder = await ownerIn(lock);
  if (holder === undefined) return false;
  const heirs: string[] = [];
  for (let dead = holder; ;) {
    if (await isAlive(dead)) throw taken(dead, dead.host !== hostname());
    const heir = join(dir, `heir-${dead.token}`);
    if (await linked(mine, heir)) {
      heirs.push(heir);
      break;
    }
    const other = await ownerIn(heir);
    if (other === undefined) return false;
    heirs.push(heir);
    dead = other;
  }
  // An heir removes its file once it has the lock, so the file alone proves nothing: the dead owner must still hold the
  // lock.
  const still = (await ownerIn(lock))?.token === holder.token;
  if (still) await rename(await copyOf(mine), lock);
  for (const heir of still ? heirs : heirs.slice(-1)) await unlink(heir).catch(absent);
  return still;
}

async function copyOf(mine: string): Promise<string> {
  const copy = `${mine}-copy`;
  await link(mine, copy);
  return copy;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function ownerIn(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch(absent);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Owner;
  } catch (error) {
    throw new StockafolioError('ERR_LOG_LOCKED', `the lock file ${path} cannot be read`, {
      cause: error,
      hint: 'if no process is writing there, remove that file',
    });
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  // Nothing can be known about a process on another machine.
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  const started = await startOf(owner.pid);
  return owner.started === undefined || started === undefined || started === owner.started;
}

/** When a process started, in clock ticks since boot; undefined if the system does not report it. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the name in brackets and may hold spaces; the start is the 22nd field.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** For `catch`: a missing file is undefined, any other failure is rethrown. */
function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
