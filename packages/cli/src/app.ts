import { jsonCodec, messageOf, StockafolioError, type Pipeline, type RecordSchema } from '@stockafolio/core';
import { withPartitioner } from '@stockafolio/core/plan';
import type { Archive, Codec } from '@stockafolio/core/ports';
import type { Command } from 'commander';
import { importModule } from './app-module.js';
import type { DueRun } from './schedule/run-schedule.js';
import type { Toolkit } from './toolkit.js';

/** What the command runs: a pipeline, and its settings. */
export interface App {
  readonly pipeline: Pipeline;
  /** Message formats of the first stream by name; `wire` is used unless `--format` names another. */
  readonly codecs: Readonly<Record<string, Codec<unknown>>>;
  /**
   * Of a pipeline that reads several streams: message formats of the others, by the name of the stream. Those of a
   * stream that is not named are JSON of its schema.
   */
  readonly others?: Readonly<Record<string, Readonly<Record<string, Codec<unknown>>>>>;
  /** The calendar day of a time, `YYYY-MM-DD`, by which the archive is divided; defaults to the UTC day. */
  readonly dayOf?: (time: number) => string;
  /**
   * The first run of the daily batch that is due after a time (epoch milliseconds), for `batch --schedule`: the day to
   * process, and when. An application without it has no schedule.
   */
  readonly nextRun?: (after: number) => DueRun;
  /** Adds commands of the application's own. */
  readonly commands?: (program: Command, toolkit: Toolkit) => void;
}

/** The application that runs if `--app` names no other. */
export const DEFAULT_APP = '@stockafolio/example';

/** Declares an application: the default export of the module that `--app` names. */
export function defineApp(app: App): App {
  return app;
}

/**
 * Loads an application: a path relative to the working folder, with or without `./`, or a package.
 *
 * The module's default export is an App, or just a pipeline, whose records are then read as JSON.
 *
 * @throws ERR_APP_INVALID with what is wrong with the module
 */
export async function loadApp(specifier: string | undefined): Promise<App> {
  if (specifier !== undefined) return asApp((await importModule(specifier)).default, specifier);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(DEFAULT_APP)) as typeof loaded;
  } catch (cause) {
    throw new StockafolioError('ERR_APP_INVALID', `cannot load the application '${DEFAULT_APP}': ${messageOf(cause)}`, {
      cause,
      hint: `install ${DEFAULT_APP}, or name a module with --app`,
    });
  }
  return asApp(loaded.default, DEFAULT_APP);
}

function asApp(exported: unknown, specifier: string): App {
  if (isPipeline(exported)) {
    return {
      pipeline: exported,
      codecs: { wire: jsonCodec(exported.stream.schema as RecordSchema) },
    };
  }
  const app = exported as Partial<App> | undefined;
  if (app !== undefined && isPipeline(app.pipeline) && app.codecs?.['wire'] !== undefined) return app as App;
  throw new StockafolioError('ERR_APP_INVALID', `the default export of '${specifier}' is not an application`, {
    hint: 'export default pipeline(...), or export default defineApp({ pipeline, codecs: { wire: jsonCodec(Schema) } })',
  });
}

function isPipeline(value: unknown): value is Pipeline {
  const candidate = value as Partial<Pipeline> | undefined;
  return candidate?.plan !== undefined && candidate.stream !== undefined && typeof candidate.name === 'string';
}

/** The application with another partitioner than its stream declares, if one is given. @throws ERR_USAGE */
export function partitionedBy(app: App, partitioner: 'murmur2' | 'crc32' | undefined): App {
  if (partitioner === undefined) return app;
  const { pipeline } = app;
  const stream = pipeline.streams.find(({ isBroadcast }) => !isBroadcast) ?? pipeline.stream;
  if (stream.partitioner === undefined) {
    throw new StockafolioError('ERR_USAGE', `stream '${stream.name}' is keyed by nothing`, {
      hint: 'omit --partitioner: its messages may be in any partition',
    });
  }
  return { ...app, pipeline: withPartitioner(pipeline, partitioner) };
}

/**
 * The format in which archived messages are read: the named one, otherwise the archive's own, otherwise `wire`.
 *
 * @param input the index of the stream
 * @throws ERR_USAGE if the application has no such format
 */
export async function archivedForm(
  app: App,
  archive: Pick<Archive<unknown>, 'facts'>,
  format: string | undefined,
  input = 0,
): Promise<Codec<unknown>> {
  return codecOf(app, (input === 0 ? format : undefined) ?? (await archive.facts())?.form ?? 'wire', input);
}

/**
 * The codec of a named format of a stream, by the stream's index. @throws ERR_USAGE listing the available formats
 */
export function codecOf(app: App, format: string, input = 0): Codec<unknown> {
  const codecs = codecsOf(app, input);
  const codec = codecs[format];
  if (codec !== undefined) return codec;
  const of = app.pipeline.streams.length === 1 ? '' : ` of stream '${app.pipeline.streams[input]?.name}'`;
  throw new StockafolioError('ERR_USAGE', `there is no message format '${format}'${of}`, {
    hint: `--format is one of: ${Object.keys(codecs).join(', ')}`,
  });
}

function codecsOf({ pipeline, codecs, others = {} }: App, input: number): Readonly<Record<string, Codec<unknown>>> {
  const stream = pipeline.streams[input];
  if (input === 0 || stream === undefined) return codecs;
  return others[stream.name] ?? { wire: jsonCodec(stream.schema) };
}
