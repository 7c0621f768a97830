import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { currentPlan } from '../pipeline/ambient.js';
import type { OperatorNode } from '../pipeline/plan.js';
import type { KeyTuple } from '../pipeline/update.js';
import { boolean, timestamp, type Fields, type ObjectOf } from '../schema/index.js';
import type { KeyPart } from '../stream/index.js';
import type { Window, Windower } from '../windows/windower.js';
import type { Changing } from './changelog.js';
import { emissionSetting, type EmissionOption } from './emission.js';
import { withHidden } from './hidden-fields.js';
import { checkFold, type Ignored } from './fold-function.js';
import { declaredInitial } from './initial.js';
import { declaredKey, keySetting, type AnyKey, type KeyParts, type KeyValues } from './key.js';
import type { KeyedOptions } from './options.js';

export interface WindowOptions<T, K extends readonly KeyPart[], F extends Fields, P extends KeyParts<T> = never>
  extends Omit<KeyedOptions<T, K, F, Ignored, P>, 'expires'>, EmissionOption {
  /**
   * How long after its end, in milliseconds of event time, a window still accepts records; each one updates its row. A
   * record that arrives later is dead-lettered. Defaults to 0.
   */
  readonly allowedLateness?: number;
}

/** The value of a window that no record can change any more, as `whenFinal()` emits it. */
export interface FinalWindow<K extends readonly unknown[], V> {
  readonly window: Window;
  readonly key: K;
  readonly value: V;
}

/**
 * What a window operator emits: when the window closes, and again for every late record that it still accepts. It is a
 * changelog: it goes into a table, or by `whenFinal()` into another operator.
 */
export interface Windowed<K extends readonly unknown[], V> extends FinalWindow<K, V>, Changing {}

/** The options with which a window operator is executed. */
export interface WindowNodeOptions<T, F extends Fields> extends WindowOptions<T, KeyTuple, F, KeyParts<T>> {
  readonly windower: Windower;
}

/** Adds a window operator to the plan; returns its output. @throws ERR_PIPELINE_INVALID if its lateness is invalid */
export function addWindow<T, K extends readonly KeyPart[], F extends Fields, P extends KeyParts<T>>(
  kind: 'tumblingWindow' | 'hoppingWindow' | 'calendarWindow',
  name: string,
  source: Observable<T>,
  windower: Windower,
  options: WindowOptions<T, K, F, P>,
): Observable<Windowed<KeyValues<T, K, P>, ObjectOf<F>>> {
  const plan = currentPlan(`${kind}('${name}')`);
  const allowedLateness = checkedLateness(name, options.allowedLateness);
  checkFold(name, options.fold);
  const initial = declaredInitial(name, options.state, options.initial);
  const key = declaredKey<T>(name, options.key);
  const node: OperatorNode<WindowNodeOptions<T, F>> = {
    name,
    kind,
    key: key === undefined ? undefined : [{ type: timestamp() }, ...key],
    streamKeyAt: 1,
    settings: {
      ...keySetting('key', key),
      ...windower.settings,
      allowedLateness,
      ...emissionSetting(name, options.emit),
      ...initial.settings,
    },
    state: withHidden(initial.state, { $pending: boolean() }),
    isShared: false,
    writesState: false,
    emits: 'changelog',
    finalAfter: allowedLateness,
    options: { ...options, key: options.key as AnyKey<T>, allowedLateness, windower },
  };
  return plan.addOperator<Windowed<KeyValues<T, K, P>, ObjectOf<F>>>(node, source);
}

/** @throws ERR_PIPELINE_INVALID if it is not a whole number of milliseconds, 0 or more */
export function checkedLateness(operator: string, lateness = 0): number {
  if (Number.isSafeInteger(lateness) && lateness >= 0) return lateness;
  throw new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}': allowedLateness cannot be ${lateness}`, {
    hint: 'it is a whole number of milliseconds, 0 or more',
  });
}
