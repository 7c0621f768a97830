import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import type { RecordOf, Stream } from '../stream/index.js';
import type { Branch } from './into.js';

type Streams = Readonly<Record<string, Stream<never>>>;

type Inputs<S> = { readonly [N in keyof S]: Observable<RecordOf<S[N]>> };

/** How records become rows: a plain value, which any runner executes. */
export interface Pipeline {
  readonly name: string;
  readonly stream: Stream<unknown>;
  /** Called once for every source partition, within the runner's context. */
  readonly build: (records: Observable<unknown>) => readonly Branch[];
}

/**
 * Declares a pipeline.
 *
 * @param streams the stream it reads, under the name by which `build` gets it
 * @param build makes the operators and their destinations; called once for every source partition
 * @throws ERR_PIPELINE_INVALID where there is not exactly one stream
 * @example
 * const totals = pipeline('totals', { trades }, ({ trades }) => [
 *   into(userTotals, trades.pipe(foldByKey('user-totals', { key: (t) => [t.user], state: Totals, fold: addTrade }))),
 * ]);
 */
export function pipeline<S extends Readonly<Record<string, Stream<never>>>>(
  name: string,
  streams: S,
  build: (inputs: Inputs<S>) => readonly Branch[],
): Pipeline {
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `'${name}' cannot be the name of a pipeline`, {
      hint: 'use lower-case letters, digits, - and _',
    });
  }
  const names = Object.keys(streams);
  const [first] = names;
  if (first === undefined || names.length > 1) {
    throw new StockafolioError('ERR_PIPELINE_INVALID', `pipeline '${name}' reads ${names.length} streams`, {
      hint: 'a pipeline reads exactly one stream; write one pipeline for each stream',
    });
  }
  const source = (streams as Streams)[first] as unknown as Stream<unknown>;
  return Object.freeze({
    name,
    stream: source,
    build: (records: Observable<unknown>) => build({ [first]: records } as Inputs<S>),
  });
}
