import { formatValue } from '../codec/format.js';
import { StockafolioError } from '../errors/index.js';
import type { OperatorRuntime, PipelineContext } from '../pipeline/context.js';
import type { Moments } from '../pipeline/moments.js';
import { timestamp } from '../schema/index.js';
import type { Entry } from '../state/compile-entry.js';
import { specialize } from '../state/specialize.js';

/** How an operator takes records in. */
interface Compiled<T> {
  take(record: T): void;
  takeStretch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/**
 * The steps by which an operator takes a record in: source text, and what it names beside `context`, `record`, its `place`
 * in the stretch, `handed`, an array for what is handed on after the stretch (undefined where the record came alone), and
 * `late(until)`, which sets a record aside that came after the operator was done with its window, or its key.
 */
export interface Steps {
  /**
   * What comes before the state is touched, for all records of a stretch before the first is taken in: keys are loaded.
   * It names `own`, the stream's own key of the record, its `time`, and the `watermark` that it finds, but not `context`.
   */
  readonly ahead?: string;
  readonly text: string;
  /** What comes after all records of a stretch. */
  readonly after?: string;
  readonly scope: Readonly<Record<string, unknown>>;
  /** Where keys are loaded {@link ahead}. */
  readonly entry?: Entry;
}

/**
 * Takes records into one operator, one by one or a stretch at once, by code that is compiled for the keys that the first
 * record shows; whatever fails on the way fails the record.
 */
export class Taker<T> {
  readonly #context: PipelineContext;
  readonly #name: string;
  readonly #stepsFor: (first: T) => Steps;
  #compiled: Compiled<T> | undefined;

  constructor(context: PipelineContext, { layout }: Pick<OperatorRuntime, 'layout'>, stepsFor: (first: T) => Steps) {
    this.#context = context;
    this.#name = layout.name;
    this.#stepsFor = stepsFor;
  }

  readonly take = (record: T): void => {
    if (this.#compiled === undefined) this.#compileFor(record);
    this.#compiled?.take(record);
  };

  takeStretch(records: readonly T[], moments: Moments, from: number, to: number): void {
    if (this.#compiled === undefined) {
      this.#context.stand(moments, 0);
      this.#compileFor(records[from] as T);
    }
    this.#compiled?.takeStretch(records, moments, from, to);
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
    const late = (until: number): void => context.aside(this.#name, lateError(this.#name, until, context.watermark));
    const loaded =
      entry === undefined
        ? ''
        : `for (let place = 0; place < count; place++) {
      const record = records[from + place];
      const own = keys[place];
      const time = times[place];
      const watermark = watermarks[place];
      interner.place = place;
      ${ahead}
    }
    entry.touch(count);`;
    return specialize(
      `operator '${this.#name}'`,
      { context, interner: context.interner, checkActive, late, entry, ...scope },
      `function take(record) {
  if (context.failure !== undefined || (!context.active && !checkActive())) return;
  const place = 0;
  const own = context.key;
  const { time, watermark } = context;
  const handed = undefined;
  try {
    ${ahead}
    ${text}
  } catch (error) {
    context.fail(error);
  }
}
function takeStretch(records, moments, from, to) {
  if (context.failure !== undefined) return;
  const { keys, times, watermarks } = moments;
  const count = to - from;
  const handed = [];
  try {
    ${loaded}
    for (let place = 0; place < count; place++) {
      const record = records[from + place];
      context.stand(moments, place);
      ${text}
      if (context.failure !== undefined) return;
    }
    ${after}
  } catch (error) {
    context.fail(error);
  }
}
return { take, takeStretch };`,
    );
  }
}

function lateError(operator: string, until: number, watermark: number): StockafolioError {
  return new StockafolioError(
    'ERR_LATE_RECORD',
    `operator '${operator}' was done with it at ${iso(until)}; the watermark is ${iso(watermark)}`,
    { hint: 'the other operators have taken the record in; allow more lateness here if such records are to count' },
  );
}

function iso(time: number): string {
  return String(formatValue(timestamp(), time));
}
