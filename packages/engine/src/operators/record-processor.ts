import { compile } from '@stockafolio/core/compile';
import type { Moments } from '../flow/moments.js';
import type { Entry } from '../state/compile-entry.js';
import type { OperatorHost } from './operator-host.js';

/** The compiled code with which an operator processes records. */
interface Compiled<T> {
  processRecord(record: T): void;
  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void;
}

/**
 * The steps with which an operator processes a record, as source text. The text uses `context`, `record`, its index `i`
 * in the batch, its `moments`, and `outgoing`, an array for values that are emitted after the batch (undefined if the
 * record came alone). It also uses `late(until)`, which rejects a record that came after the operator closed its
 * window, or after its key expired.
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
 * the first record.
 */
export class RecordProcessor<T> {
  readonly #host: Pick<OperatorHost, 'context' | 'node' | 'late'>;
  readonly #stepsFor: (first: T) => Steps;
  #compiled: Compiled<T> | undefined;

  constructor(host: Pick<OperatorHost, 'context' | 'node' | 'late'>, stepsFor: (first: T) => Steps) {
    this.#host = host;
    this.#stepsFor = stepsFor;
  }

  processRecord(record: T): void {
    this.#compiled ??= this.#compile(this.#stepsFor(record));
    this.#compiled.processRecord(record);
  }

  processBatch(records: readonly T[], moments: Moments, from: number, to: number): void {
    if (this.#compiled === undefined) {
      this.#host.context.index = 0;
      this.#compiled = this.#compile(this.#stepsFor(records[from] as T));
    }
    this.#compiled.processBatch(records, moments, from, to);
  }

  #compile({ ahead = '', text, after = '', scope, entry }: Steps): Compiled<T> {
    const { context, node, late } = this.#host;
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
    return compile(
      `operator '${node.name}'`,
      { context, interner: context.interner, late, entry, ...scope },
      `function processRecord(record) {
  const { moments, index: i } = context;
  const own = moments.keys[i];
  const time = moments.times[i];
  const watermark = moments.watermarks[i];
  const outgoing = undefined;
  {
    ${ahead}
    ${text}
  }
}
function processBatch(records, moments, from, to) {
  const { keys, times, watermarks } = moments;
  const count = to - from;
  const outgoing = [];
  ${loaded}
  for (let i = 0; i < count; i++) {
    const record = records[from + i];
    interner.batchIndex = i;
    ${text}
    if (context.failure !== undefined) return;
  }
  ${after}
}
return { processRecord, processBatch };`,
    );
  }
}
