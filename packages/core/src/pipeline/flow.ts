import { Observable, type Observer } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import { planInProgress, runningEngine } from './ambient.js';

/** Where a flow begins: an operator of a plan, or, with an empty name, one of its streams. */
export interface FlowOrigin {
  readonly name: string;
}

/** Where the records of a stream enter a plan. */
export interface StreamOrigin extends FlowOrigin {
  readonly name: '';
  /** The name of the stream. */
  readonly stream: string;
}

/** The output of a stream or an operator of a plan: subscribers receive what the running engine sends here. */
export class Flow<T> extends Observable<T> {
  readonly origin: FlowOrigin;
  /** Which of the records that come from there are in this flow; undefined for all of them. */
  readonly passes: ((record: unknown) => boolean) | undefined;

  constructor(origin: FlowOrigin, passes?: (record: unknown) => boolean) {
    super((subscriber) => {
      const engine = runningEngine();
      if (engine !== undefined)
        return engine.subscribe<T>(origin, passes === undefined ? all(subscriber) : some(subscriber, passes));
      const error = notRunning(origin);
      const plan = planInProgress();
      if (plan === undefined) throw error;
      plan.refuse(error);
      return undefined;
    });
    this.origin = origin;
    this.passes = passes;
  }
}

function all<T>(subscriber: Observer<T>): (value: T) => void {
  return (value) => subscriber.next(value);
}

function some<T>(subscriber: Observer<T>, passes: (record: unknown) => boolean): (value: T) => void {
  return (value) => {
    let isIn: boolean;
    try {
      isIn = passes(value);
    } catch (error) {
      subscriber.error(error);
      return;
    }
    if (isIn) subscriber.next(value);
  };
}

/** A pipeline uses a flow that is not its own. */
export function foreignFlow(pipeline: string, { name }: FlowOrigin): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}' uses ${name === '' ? 'the stream' : `operator '${name}'`} of another pipeline`,
    { hint: 'use what the build function is given; two pipelines share no operators' },
  );
}

function notRunning({ name }: FlowOrigin): StockafolioError {
  return new StockafolioError(
    'ERR_OUTSIDE_PIPELINE',
    `${name === '' ? 'the stream' : `operator '${name}'`} was subscribed to while no engine runs the pipeline`,
    { hint: 'send it into(table, ...) instead, and inspect it in tests with trace() of @stockafolio/testing' },
  );
}
