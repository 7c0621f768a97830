import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StockafolioError } from '@stockafolio/core';
import { makeFolder, writeWhole } from '../files-local/write-whole.js';
import { absent, codeOf, corrupt, logError } from './log-error.js';
import { partitionFolder } from './segments.js';

/** The properties of a log. */
export interface LogMeta {
  readonly format: 1;
  /** Random, so that a log created anew in the same folder is another source. */
  readonly identity: string;
  readonly partitions: number;
}

export interface CreateLogOptions {
  /** Defaults to 4. */
  readonly partitions?: number;
}

/**
 * Creates a log in this folder, or finds the existing one.
 *
 * @throws ERR_SOURCE_MISMATCH if there is one with another number of partitions than requested
 */
export async function createLog(dir: string, options: CreateLogOptions = {}): Promise<LogMeta> {
  const partitions = options.partitions ?? 4;
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > 99_999) {
    throw new StockafolioError('ERR_USAGE', `a log cannot have ${partitions} partitions`);
  }
  try {
    let meta = await readMeta(dir);
    if (meta === undefined) {
      const made: LogMeta = { format: 1, identity: randomUUID(), partitions };
      const content = Buffer.from(`${JSON.stringify(made)}\n`);
      await writeWhole(join(dir, 'meta.json'), content, true).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
      // Another process may have been quicker: the existing log counts.
      meta = await existingMeta(dir);
    }
    if (options.partitions !== undefined && meta.partitions !== partitions) {
      throw new StockafolioError(
        'ERR_SOURCE_MISMATCH',
        `the log in ${dir} has ${meta.partitions} partitions, not ${partitions}`,
        { hint: 'omit the number, or use another folder' },
      );
    }
    for (let i = 0; i < meta.partitions; i += 1) await makeFolder(resolve(partitionFolder(dir, i)));
    return meta;
  } catch (error) {
    throw logError(error, dir);
  }
}

/**
 * Adds partitions to a log, up to this number; a log that has as many or more remains as it is. Nothing may write it
 * meanwhile. Who reads it sees the new ones when it opens the log again.
 *
 * @throws ERR_SOURCE_UNAVAILABLE if there is no log
 */
export async function growLog(dir: string, partitions: number): Promise<LogMeta> {
  const meta = await existingMeta(dir);
  if (meta.partitions >= partitions) return meta;
  try {
    const grown: LogMeta = { ...meta, partitions };
    for (let i = meta.partitions; i < partitions; i += 1) await makeFolder(resolve(partitionFolder(dir, i)));
    await writeWhole(join(dir, 'meta.json'), Buffer.from(`${JSON.stringify(grown)}\n`), false);
    return grown;
  } catch (error) {
    throw logError(error, dir);
  }
}

/** @throws ERR_SOURCE_UNAVAILABLE if there is no log */
export async function existingMeta(dir: string): Promise<LogMeta> {
  const meta = await readMeta(dir).catch((error: unknown) => {
    throw logError(error, dir);
  });
  if (meta !== undefined) return meta;
  throw new StockafolioError('ERR_SOURCE_UNAVAILABLE', `there is no log in ${dir}`, {
    hint: 'check the folder, or write to it first: the writer creates the log',
  });
}

/** The properties of a log; undefined if there is none. */
export async function readMeta(dir: string): Promise<LogMeta | undefined> {
  const path = join(dir, 'meta.json');
  const text = await readFile(path, 'utf8').catch(absent);
  if (text === undefined) return undefined;
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch {
    meta = undefined;
  }
  if (!isMeta(meta)) throw corrupt(path, 0, 'it does not describe a log of this format');
  return meta;
}

function isMeta(value: unknown): value is LogMeta {
  if (typeof value !== 'object' || value === null) return false;
  const { format, identity, partitions } = value as Record<string, unknown>;
  return format === 1 && typeof identity === 'string' && Number.isSafeInteger(partitions);
}
