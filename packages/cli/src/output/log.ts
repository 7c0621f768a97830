import type { Writable } from 'node:stream';
import pino from 'pino';

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** Facts of a log line, for machines. */
export type Facts = Readonly<Record<string, unknown>>;

/** Where log lines go: text for people, or JSON for machines. */
export interface Log {
  write(level: Level, text: string, facts?: Facts): void;
}

/** Where log lines go in addition, with what identifies the work in which they are written. */
export interface LogMirror {
  /** The ids of the current work, such as `trace_id`; empty outside of any. */
  ids(): Facts;
  write(level: Level, text: string, facts: Facts): void;
}

export interface LogOptions {
  readonly format: 'text' | 'json';
  readonly level: Level;
}

/** The settings from the environment: STOCKAFOLIO_LOG=text|json, STOCKAFOLIO_LOG_LEVEL=debug|info|warn|error. */
export function logOptions(env: NodeJS.ProcessEnv = process.env): LogOptions {
  const level = levels.find((each) => each === env['STOCKAFOLIO_LOG_LEVEL']) ?? 'info';
  return { format: env['STOCKAFOLIO_LOG'] === 'json' ? 'json' : 'text', level };
}

/** Log lines of this level and above, on a stream such as standard error. */
export function openLog(options: LogOptions, out: Writable): Log {
  if (options.format === 'text') {
    const least = levels.indexOf(options.level);
    return {
      write: (level, text) => {
        if (levels.indexOf(level) >= least) out.write(`${text}\n`);
      },
    };
  }
  const logger = pino({ level: options.level, base: { pid: process.pid } }, out);
  return { write: (level, text, facts = {}) => logger[level](facts, text) };
}

/** A log that also writes to a mirror, from the same level on, and adds the mirror's ids to its own lines. */
export function mirrored(log: Log, level: Level, mirror: LogMirror): Log {
  const least = levels.indexOf(level);
  return {
    write: (of, text, facts = {}) => {
      log.write(of, text, { ...facts, ...mirror.ids() });
      if (levels.indexOf(of) >= least) mirror.write(of, text, facts);
    },
  };
}
