import { StockafolioError, timestamp } from '@stockafolio/core';
import { formatValue } from '@stockafolio/core/ports';
import type { OperatorRuntime, PipelineContext } from '../flow/context.js';
import type { Moments } from '../flow/moments.js';
import type { Entry } from '../state/compile-entry.js';
import { specialize } from '../state/specialize.js';

/** The compiled code with which an operator processes records. */
interface Compiled<T> {
  processRecord(record: T): void;
  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/**
 * The steps with which an operator processes a record, as source text. The text uses `context`, `record`, its index `i`
 * in the batch, its `moments`, and `outgoing`, an array for values that are emitted after the batch (undefined if the record came
 * alone). It also uses `late(until)`, which rejects a record that came after the operator closed its window, or after
 * its key expired.
 */
export interface Steps {
  /**
   * Runs before the state is touched, for all records of a batch before the first is processed: loads the keys. It uses
   * `own`, the stream's own key of the record, its `time`, and the `watermark` before it, but not `context`.
   */
  readonly ahead?: string;
  readonly text: string;
  /** Runs after all records of a batch. */
  readonly after?: string;
  readonly scope: Readonly<Record<string, unknown>>;
  /** Given if keys are loaded {@link ahead}. */
  readonly entry?: Entry;
}

/**
 * Processes the records of one operator, one by one or in batches, with code that is compiled for the kind of key of
 * the first record. Any failure on the way fails the record.
 */
export class RecordProcessor<T> {
  readonly #context: PipelineContext;
  readonly #name: string;
  readonly #stepsFor: (first: T) => Steps;
  #compiled: Compiled<T> | undefined;

  constructor(context: PipelineContext, { layout }: Pick<OperatorRuntime, 'layout'>, stepsFor: (first: T) => Steps) {
    this.#context = context;
    this.#name = layout.name;
    this.#stepsFor = stepsFor;
  }

  readonly processRecord = (record: T): void => {
    if (this.#compiled === undefined) this.#compileFor(record);
    this.#compiled?.processRecord(record);
  };

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    if (this.#compiled === undefined) {
      this.#context.index = 0;
      this.#compileFor(records[from] as T);
    }
    this.#compiled?.processBatch(records, moments, from, to);
  }

  #compileFor(record: T): void {
    if (!this.#context.checkActive('operator', this.#name) || this.#context.failure !== undefined) return;
    try {
      this.#compiled = this.#compile(this.#stepsFor(record));
    } catch (error) {
      this.#context.fail(error);
    }
  }

  #compile({ ahead = '', text, after = '', scope, entry }: Steps): Compiled<T> {
    const context = this.#context;
    const checkActive = (): boolean => context.checkActive('operator', this.#name);
    const late = (until: number): void =>
      context.reject(this.#name, () => lateError(this.#name, until, context.watermark));
    const loaded =
      entry === undefined
        ? ''
        : `for (let i = 0; i < count; i++) {
      const record = records[from + i];
      const own = keys[i];
      const time = times[i];
      const watermark = watermarks[i];
      interner.batchIndex = i;
      ${ahead}
    }
    entry.touch(count);`;
    return specialize(
      `operator '${this.#name}'`,
      { context, interner: context.interner, checkActive, late, entry, ...scope },
      `function processRecord(record) {
  if (context.failure !== undefined || (!context.active && !checkActive())) return;
  const { moments, index: i } = context;
  const own = moments.keys[i];
  const time = moments.times[i];
  const watermark = moments.watermarks[i];
  const outgoing = undefined;
  try {
    ${ahead}
    ${text}
  } catch (error) {
    context.fail(error);
  }
}
function processBatch(records, moments, from, to) {
  if (context.failure !== undefined) return;
  const { keys, times, watermarks } = moments;
  const count = to - from;
  const outgoing = [];
  try {
    ${loaded}
    for (let i = 0; i < count; i++) {
      const record = records[from + i];
      interner.batchIndex = i;
      ${text}
      if (context.failure !== undefined) return;
    }
    ${after}
  } catch (error) {
    context.fail(error);
  }
}
return { processRecord, processBatch };`,
    );
  }
}

function lateError(operator: string, until: number, watermark: number): StockafolioError {
  return new StockafolioError(
    'ERR_LATE_RECORD',
    `operator '${operator}' accepted it until ${iso(until)}; the watermark is ${iso(watermark)}`,
    { hint: 'the other operators have processed the record; allow more lateness here if such records are to count' },
  );
}

function iso(time: number): string {
  return String(formatValue(timestamp(), time));
}
