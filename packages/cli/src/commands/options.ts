import { StockafolioError } from '@stockafolio/core';
import { isPartitionerName } from '@stockafolio/core/ports';
import type { DeadLetterOptions } from '@stockafolio/engine';
import { InvalidArgumentError, type Command } from 'commander';

/** The possible locations of files, for the help texts. */
export const FILES = 'file:DIR, s3://BUCKET/PREFIX or hdfs://HOST:HTTPPORT/PATH';

/** Options that many commands share. */
export interface CommonOptions {
  readonly app?: string;
  readonly json?: boolean;
}

/** Parses a whole number of at least `min` from the command line. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll('_', ''));
    if (!Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`It must be a whole number from ${min}.`);
    return value;
  };
}

/** Parses a day, `YYYY-MM-DD`. */
export function day(text: string): string {
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('It must be a day, YYYY-MM-DD.');
  return text;
}

/** Parses `dead-letter` or `fail`. */
export function onBadRecord(text: string): 'dead-letter' | 'fail' {
  if (text === 'dead-letter' || text === 'fail') return text;
  throw new InvalidArgumentError('It must be dead-letter or fail.');
}

/** What to do about many dead letters, for commands that run the pipeline. */
export interface DeadLetterFlags {
  /** In percent. */
  readonly deadLetterShare: number;
  readonly onManyDeadLetters: 'warn' | 'fail';
}

/** Adds the options of {@link DeadLetterFlags}. */
export function withDeadLetterOptions(command: Command): Command {
  return command
    .option(
      '--on-many-dead-letters <what>',
      'if a minute has many dead letters, or all of the first 100 messages are: warn: say so; fail: stop',
      warnOrFail,
      'warn',
    )
    .option('--dead-letter-share <percent>', 'the percentage of the messages above which they are many', percent, 1);
}

/** The options of a runner for these flags. */
export function deadLetterOptions({ deadLetterShare, onManyDeadLetters }: DeadLetterFlags): DeadLetterOptions {
  return { deadLetterShare: deadLetterShare / 100, onManyDeadLetters };
}

function warnOrFail(text: string): 'warn' | 'fail' {
  if (text === 'warn' || text === 'fail') return text;
  throw new InvalidArgumentError('It must be warn or fail.');
}

function percent(text: string): number {
  const digits = text.replace(/%$/, '').trim();
  const value = Number(digits);
  if (digits !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('It must be a percentage, from 0 to 100.');
}

/** Parses the name of a partitioner. */
export function partitionerName(text: string): 'murmur2' | 'crc32' {
  if (isPartitionerName(text)) return text;
  throw new InvalidArgumentError('It must be murmur2 or crc32.');
}

/** Options about partitions, for commands that read messages. */
export interface PartitionOptions {
  readonly partitioner?: 'murmur2' | 'crc32';
  readonly onPartitionMismatch: 'dead-letter' | 'fail';
}

/** Adds the options of {@link PartitionOptions}. */
export function withPartitionOptions(command: Command): Command {
  return command
    .option(
      '--partitioner <name>',
      "how the key chose the partition: murmur2 (Java's clients), crc32 (librdkafka's); defaults to the stream's",
      partitionerName,
    )
    .option(
      '--on-partition-mismatch <what>',
      "for a message whose partition is not its key's: fail: stop; dead-letter: continue without it",
      onBadRecord,
      'fail',
    );
}

/** Parses `k=v,k2=v2`. @throws ERR_USAGE if a part has no `=` */
export function pairs(text: string, option: string): Record<string, string> {
  const read: Record<string, string> = {};
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    if (at < 1) {
      throw new StockafolioError('ERR_USAGE', `${option}: '${part}' is not a pair`, {
        hint: `write ${option} name=value,name=value`,
      });
    }
    read[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return read;
}
