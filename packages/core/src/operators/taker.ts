import { formatValue } from '../codec/format.js';
import { StockafolioError } from '../errors/index.js';
import type { OperatorRuntime, PipelineContext } from '../pipeline/context.js';
import type { Moments } from '../pipeline/moments.js';
import { timestamp } from '../schema/index.js';
import { specialize } from '../state/specialize.js';

/** How an operator takes records in. */
interface Compiled<T> {
  take(record: T): void;
  takeStretch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/**
 * The steps by which an operator takes a record in: source text, and what it names beside `context`, `record` and
 * `late(until)`, which sets a record aside that came after the operator was done with its window, or its key.
 */
export interface Steps {
  readonly text: string;
  readonly scope: Readonly<Record<string, unknown>>;
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

  #compile({ text, scope }: Steps): Compiled<T> {
    const checkActive = (): boolean => this.#context.checkActive('operator', this.#name);
    const late = (until: number): void =>
      this.#context.aside(this.#name, lateError(this.#name, until, this.#context.watermark));
    return specialize(
      `operator '${this.#name}'`,
      { context: this.#context, checkActive, late, ...scope },
      `function take(record) {
  if (context.failure !== undefined || (!context.active && !checkActive())) return;
  try {
    ${text}
  } catch (error) {
    context.fail(error);
  }
}
function takeStretch(records, moments, from, to) {
  for (let n = from; n < to; n++) {
    context.stand(moments, n - from);
    take(records[n]);
    if (context.failure !== undefined) return;
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
