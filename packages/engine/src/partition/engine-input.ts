import { StockafolioError, type Pipeline, type Stream } from '@stockafolio/core';
import type { Plan, StreamOrigin } from '@stockafolio/core/plan';
import type { Mark, Mutation, Seen } from '@stockafolio/core/ports';
import type { PipelineContext } from '../flow/context.js';
import type { FanOut } from '../flow/fan-out.js';
import type { Lull } from '../merge/merge.js';
import { BATCH_SIZE } from '../state/batch-size.js';
import { inputName } from '../tables/input-name.js';
import { progressRow } from '../tables/progress.js';
import { markRow } from '../tables/source-marks.js';
import type { EngineOptions } from './engine-options.js';
import type { EnginePosition } from './engine-position.js';
import { RecordBatches } from './record-batches.js';
import { recordCopier, type RecordCopier } from './record-copier.js';

/** How far one stream of a pipeline was processed. */
export interface InputPosition {
  /** The name of the stream. */
  readonly stream: string;
  /** The next offset to process. */
  readonly offset: number;
  /** What is known of the message before it. */
  readonly mark?: Mark;
  /** When the last message counts as sent, in epoch milliseconds; absent if there was none. */
  readonly sent?: number;
  /** Of a lane of a repartition: the offset of the topic from which its next messages are found. */
  readonly at?: number;
  /** What was processed of pipelines that send to the topic; absent if there are none. */
  readonly seen?: Seen;
}

/** Where the records of one stream enter an engine. */
export class EngineInput {
  readonly stream: Stream<unknown>;
  readonly records: FanOut<unknown>;
  readonly copier: RecordCopier;
  readonly endsBatch: boolean;
  /** The next offset to process. */
  offset = 0;
  #mark: { readonly at: number; readonly mark: Mark } | undefined;
  /** When its last message counts as sent, in epoch milliseconds; minus infinity if there was none. */
  sent = Number.NEGATIVE_INFINITY;
  /** Of a lane of a repartition: the offset of the topic from which its next messages are found. */
  at: number | undefined;
  /** By writer, the number of the last processed message of pipelines that send to its topic. */
  readonly #writers = new Map<string, number>();
  /** See `Seen.before`. */
  #seenBefore: number | undefined;

  /** @param endsBatch whether its records change keys once they have passed */
  constructor({ reads }: Pipeline, stream: Stream<unknown>, records: FanOut<unknown>, endsBatch: boolean) {
    const { names } = stream.schema;
    this.stream = stream;
    this.records = records;
    this.endsBatch = endsBatch;
    const read = reads?.filter((field) => names.includes(field));
    this.copier = recordCopier(names, read, BATCH_SIZE);
  }

  /** What is known of the message before its position. */
  get mark(): Mark | undefined {
    return this.#mark?.at === this.offset ? this.#mark.mark : undefined;
  }

  set mark(mark: Mark | undefined) {
    this.#mark = mark === undefined ? undefined : { at: this.offset, mark };
  }

  /** Notes the numbers that were read up to a message which is processed now. */
  see(writers: Readonly<Record<string, number>>): void {
    for (const writer of Object.keys(writers)) this.#writers.set(writer, writers[writer] as number);
    // Whatever was not known before is told with the first message.
    this.#seenBefore = undefined;
  }

  /** What was processed of pipelines that send to its topic; undefined if there are none. */
  get seen(): Seen | undefined {
    const before = this.#seenBefore;
    if (this.#writers.size === 0 && before === undefined) return undefined;
    return { writers: Object.fromEntries(this.#writers), ...(before === undefined ? {} : { before }) };
  }

  set seen(seen: Seen | undefined) {
    this.#writers.clear();
    for (const [writer, number] of Object.entries(seen?.writers ?? {})) this.#writers.set(writer, number);
    this.#seenBefore = seen?.before;
  }

  get position(): InputPosition {
    const { mark, offset, stream, sent, at, seen } = this;
    return {
      stream: stream.name,
      offset,
      ...(mark === undefined ? {} : { mark }),
      ...(sent === Number.NEGATIVE_INFINITY ? {} : { sent }),
      ...(at === undefined ? {} : { at }),
      ...(seen === undefined ? {} : { seen }),
    };
  }
}

/** Where the records of all streams of a pipeline enter an engine. */
export class EngineInputs {
  readonly all: readonly EngineInput[];
  readonly batches: RecordBatches;
  /** How far the watermark is behind the newest record, in milliseconds. */
  readonly outOfOrderness: number;
  /** By stream, where its records come from: lanes share it. */
  readonly #topics: readonly StreamOrigin[];

  constructor(context: PipelineContext, pipeline: Pipeline, { inputs, edges, operators }: Plan) {
    const changing = new Set(operators.filter(({ changesKeys }) => changesKeys === true).map(({ name }) => name));
    const changesKeys = ({ stream }: StreamOrigin): boolean =>
      edges.some((edge) => edge.other === true && edge.stream === stream && changing.has(edge.to));
    this.outOfOrderness = Math.max(...pipeline.streams.map(({ outOfOrderness }) => outOfOrderness));
    this.all = pipeline.streams.map((stream, n) => {
      if (stream.isBroadcast && stream.lane === undefined) throw undivided(pipeline, stream);
      const origin = inputs[n] as StreamOrigin;
      return new EngineInput(pipeline, stream, context.fanOut(origin), changesKeys(origin));
    });
    this.#topics = inputs;
    this.batches = new RecordBatches(context, this.all, this.outOfOrderness);
  }

  /** The sum of the next offsets of all streams. */
  get offset(): number {
    let sum = 0;
    for (const { offset } of this.all) sum += offset;
    return sum;
  }

  /** How far each stream was processed, if there are several; of a single one, what is known beside its offset. */
  get position(): Pick<EnginePosition, 'inputs' | 'mark' | 'at' | 'seen' | 'sent'> {
    if (this.all.length > 1) return { inputs: this.all.map((input) => input.position) };
    const { mark, at, sent, seen } = this.at(0).position;
    return {
      ...(mark === undefined ? {} : { mark }),
      ...(at === undefined ? {} : { at }),
      ...(seen === undefined ? {} : { seen }),
      ...(sent === undefined ? {} : { sent }),
    };
  }

  /** The input of the stream with this index. */
  at(index: number): EngineInput {
    const input = this.all[index];
    if (input !== undefined) return input;
    throw new StockafolioError('ERR_INTERNAL', `the pipeline has no stream number ${index}`);
  }

  /**
   * Continues from these positions; a stream without one remains where it is. If it is new beside others, they went on
   * without it: its messages count as sent after theirs.
   *
   * @param idleAfter how long a message waits for those of other streams, in milliseconds
   * @returns what is to be noted of such streams
   */
  resume(positions: readonly InputPosition[], idleAfter: number): readonly Lull[] {
    for (const { stream, offset, mark, at, seen, sent = Number.NEGATIVE_INFINITY } of positions) {
      const input = this.all.find((each) => each.stream.name === stream);
      if (input === undefined && this.#isMoreOf(stream)) throw laneUnknown(stream);
      if (input === undefined) continue;
      input.offset = offset;
      input.mark = mark;
      input.sent = sent;
      input.at = at;
      input.seen = seen;
    }
    const known = new Set(positions.map(({ stream }) => stream));
    const gone = Math.max(...positions.map(({ sent = Number.NEGATIVE_INFINITY }) => sent));
    if (gone === Number.NEGATIVE_INFINITY) return [];
    return this.all.flatMap((added, input): readonly Lull[] => {
      if (known.has(added.stream.name)) return [];
      added.sent = gone + idleAfter + 1;
      added.at = this.#reachedBeside(input, known);
      return [{ input, offset: added.offset, sent: added.sent }];
    });
  }

  /** Whether a name is that of one more lane of a stream. */
  #isMoreOf(lane: string): boolean {
    const [, of = lane] = /^(.*)-\d+$/.exec(lane) ?? [];
    return this.all.some(({ stream: { name } }) => name === `${of}-0`);
  }

  /** Where the topic of a lane is read on: those who read it stop at a lane that they do not know. */
  #reachedBeside(input: number, known: ReadonlySet<string>): number | undefined {
    const beside = this.all.filter((each, n) => known.has(each.stream.name) && this.#topics[n] === this.#topics[input]);
    const reached = beside.flatMap(({ at }) => at ?? []);
    return reached.length === 0 || reached.length < beside.length ? undefined : Math.min(...reached);
  }
}

function laneUnknown(stream: string): StockafolioError {
  return new StockafolioError(
    'ERR_PARTITIONS_CHANGED',
    `a checkpoint has records of '${stream}', of a partition that its source did not have when this run began`,
    { hint: 'start it again: it then reads all partitions' },
  );
}

function undivided({ name }: Pipeline, stream: Stream<unknown>): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `an engine of pipeline '${name}' must know how many partitions broadcast stream '${stream.name}' has`,
    { hint: `give it withBroadcasts(pipeline, new Map([['${stream.name}', PARTITIONS]])) of @stockafolio/core/plan` },
  );
}

/** The rows that identify the logs of streams, as far as known; and the progress of each stream, if there are several. */
export function markRows(
  { pipeline, partition, sources = [] }: Pick<EngineOptions, 'pipeline' | 'partition' | 'sources'>,
  inputs: readonly EngineInput[],
  { version, watermark }: Pick<PipelineContext, 'version' | 'watermark'>,
): readonly Mutation[] {
  return inputs.flatMap(({ position, offset }, n) => {
    const name = inputName(pipeline, n);
    const row = progressRow(name, partition, sources[n] ?? '', { offset, version }, watermark);
    return [...(inputs.length > 1 ? [row] : []), ...markRow(name, partition, { ...position, version })];
  });
}
