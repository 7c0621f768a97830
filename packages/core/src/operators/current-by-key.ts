import type { Observable, OperatorFunction } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { Update } from '../pipeline/update.js';
import { boolean, optional, timestamp, type Fields, type ObjectOf } from '../schema/index.js';
import type { ChangedBy, ChangedRecord } from '../stream/index.js';
import { days } from '../time/durations.js';
import { LAST_CHANGE, NOTHING, withHidden } from './hidden-fields.js';
import { checkedDuration } from './joined.js';
import { declaredKey, keySetting, type AnyKey } from './key.js';
import { valuesOf, type Kept, type KeptNode } from './kept.js';

/** Options of `currentByKey`; a sentence if its input is no changelog. */
export type CurrentOptions<X, F extends Fields> = [ChangedRecord<X>] extends [never]
  ? 'only the records of a changelog() have current values; of a stream, latestByKey keeps the latest'
  : {
      /** What is kept of a value; defaults to all fields that are not in the key. */
      readonly keep?: Kept<ChangedRecord<X>, F>;
      /**
       * For how long it is remembered that a key was removed, in milliseconds of event time: so long a repeat of what was
       * sent before does not bring it back. Defaults to a day.
       */
      readonly keepRemoved?: number;
    };

/** What `currentByKey` emits: of a key its current value, the fields `F` or all others than the key if none are stated. */
export type CurrentUpdate<X, F extends Fields> = Update<
  CurrentKey<ChangedRecord<X>, ChangedBy<X>>,
  [F] extends [never] ? Omit<ChangedRecord<X>, ChangedBy<X>[number]> : ObjectOf<F>,
  ChangedRecord<X>,
  void
>;

type CurrentKey<T, C extends readonly string[]> = {
  readonly [I in keyof C]: C[I] extends keyof T ? T[C[I]] : never;
};

/** The options with which it is executed. */
export interface CurrentNodeOptions {
  readonly key: AnyKey<unknown>;
  readonly kept: KeptNode;
  readonly keepRemoved: number;
}

/**
 * Keeps what a changelog has now for each key: a table, as others call it. A change replaces the value of its key, and a
 * tombstone removes it: the row in its table, the message in a compacted topic, the value in `joinLatest`. An `unfold`
 * directly behind it undoes the value that was replaced or removed.
 *
 * Of a key the change with the highest version counts, if pipelines have sent it; otherwise the last one in the topic. What
 * functions of RxJS in front of a table or a topic made of a replaced value is removed too: they are called with it again.
 *
 * @param name unique in the pipeline; the state is found by it after a restart
 * @throws ERR_PIPELINE_INVALID if its input is not directly a changelog, or what is behind it knows no removals
 * @example
 * pipeline('shelves', { stock: changelog(stockTopic) }, ({ stock }) => [into(shelves, stock.pipe(currentByKey('shelves')))]);
 */
export function currentByKey<X, F extends Fields = never>(
  name: string,
  options?: CurrentOptions<X, F>,
): OperatorFunction<X, CurrentUpdate<X, F>> {
  return (source: Observable<X>) => {
    const plan = currentPlan(`currentByKey('${name}')`);
    const { keep, keepRemoved = days(1) } = (options ?? {}) as {
      readonly keep?: Kept<ChangedRecord<X>, F>;
      readonly keepRemoved?: number;
    };
    const changes = plan.streamOf(source)?.changes;
    if (changes === undefined) throw noChangelog(name);
    const key = changes.by as unknown as AnyKey<unknown>;
    const parts = declaredKey(name, key);
    const kept = keep ?? { state: valuesOf(plan.recordsOf(source) ?? NOTHING, changes.by), select: undefined };
    const node: OperatorNode<CurrentNodeOptions> = {
      name,
      kind: 'currentByKey',
      key: parts,
      streamKeyAt: 0,
      needsStreamKey: true,
      settings: { ...keySetting('key', parts), keepRemoved: checkedDuration(name, 'keepRemoved', keepRemoved) },
      state: withHidden(kept.state, {
        $removed: boolean(),
        $until: optional(timestamp()),
        ...LAST_CHANGE,
      }),
      isShared: false,
      writesState: true,
      takesChanges: 0,
      removes: true,
      options: { key, kept, keepRemoved },
    };
    return plan.addOperator<CurrentUpdate<X, F>>(node, source);
  };
}

function noChangelog(name: string): StockafolioError {
  return new StockafolioError('ERR_PIPELINE_INVALID', `operator '${name}': its input is not directly a changelog`, {
    hint: "read the topic as one: pipeline('reader', { stock: changelog(topic(stream, { compactBy: [...] })) }, ...); filter and map belong behind it",
  });
}
