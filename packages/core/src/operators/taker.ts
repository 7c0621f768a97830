import type { OperatorRuntime, PipelineContext } from '../pipeline/context.js';
import type { Moments } from '../pipeline/moments.js';
import { specialize } from '../state/specialize.js';

/** How an operator takes records in. */
interface Compiled<T> {
  take(record: T): void;
  takeStretch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/** The steps by which an operator takes a record in: source text, and what it names beside `context` and `record`. */
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
    return specialize(
      `operator '${this.#name}'`,
      { context: this.#context, checkActive, ...scope },
      `function take(record) {
  if (context.failure !== undefined || (!context.active && !checkActive())) return;
  try {
    ${text}
  } catch (error) {
    context.fail(error);
  }
}
function takeStretch(records, moments, from, to) {
  const { times, versions, watermarks, keys } = moments;
  const { interner } = context;
  for (let n = from; n < to; n++) {
    const moment = n - from;
    interner.place = moment;
    context.time = times[moment];
    context.version = versions[moment];
    context.watermark = watermarks[moment];
    context.key = keys[moment];
    take(records[n]);
    if (context.failure !== undefined) break;
  }
  interner.place = 0;
}
return { take, takeStretch };`,
    );
  }
}
