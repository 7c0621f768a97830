import { randomUUID } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StockafolioError } from '@stockafolio/core';

/** Who holds a lock. */
export interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one of the same number, where the system says when a process began. */
  readonly started: string | undefined;
}

export interface ProcessLock {
  release(): Promise<void>;
}

export interface ProcessLockOptions {
  readonly dir: string;
  /** The name of its file in the folder. */
  readonly name: string;
  /** What is thrown where another process holds it. */
  readonly taken: (owner: Owner, isElsewhere: boolean) => StockafolioError;
}

/**
 * A right that one process has at a time, such as to write to a folder.
 *
 * The lock is a file with a random token and the owner in it. One whose owner has died is inherited: an heir is whoever
 * makes the file `heir-TOKEN`, and the file system lets only one make it; should the heir die too, its own token is
 * inherited in turn. So two processes that find the same dead owner never both believe that they follow it.
 *
 * @throws what `taken` gives where a process that is alive holds it; ERR_LOG_LOCKED where the lock cannot be read
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

/** One attempt; false where something changed meanwhile and it is worth another. */
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
  // An heir removes its file once it has the lock, so the file alone proves nothing: the dead must still hold it.
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
  // Of a process on another machine nothing can be known from here.
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  const started = await startOf(owner.pid);
  return owner.started === undefined || started === undefined || started === owner.started;
}

/** When a process began, in ticks since the machine did; undefined where the system does not tell. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the name in brackets and may hold spaces; the start is the 22nd field.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** For `catch`: what is not there is undefined, any other failure goes on. */
function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
