import type { Observable } from 'rxjs';
import { Flow } from '@stockafolio/core/plan';
import type { PipelineContext } from './context.js';
import { isIn, PassingBatch } from './passing-batch.js';
import { DeferredRecords } from './deferred-records.js';
import type { Receiver, BatchReceiver } from './fan-out.js';

/**
 * Sends the values of a source to a receiver that never throws; errors are those of functions in between.
 *
 * @param operator the operator whose receiver it is, if it can process batches of records
 */
export function receive<T>(
  context: PipelineContext,
  source: Observable<T>,
  next: Receiver<T>,
  error: (error: unknown) => void,
  operator?: BatchReceiver<T>,
): void {
  if (source instanceof Flow && source.passes !== undefined)
    receiveSome(context, source as Flow<T>, next, error, operator);
  else if (source instanceof Flow) context.fanOut<T>(source.origin).add(next, operator);
  else if (operator === undefined) source.subscribe({ next, error });
  else source.subscribe({ next: new DeferredRecords(context, operator, next).add, error });
}

/** Sends those records that are in a flow. */
function receiveSome<T>(
  context: PipelineContext,
  { origin, passes = () => true }: Flow<T>,
  next: Receiver<T>,
  error: (error: unknown) => void,
  operator?: BatchReceiver<T>,
): void {
  // Whoever asks for the connection again adds the receiver again.
  const failed = (thrown: unknown): void => {
    remove();
    error(thrown);
  };
  const receiver = (value: T): void => {
    if (isIn(passes, value, failed)) next(value);
  };
  const batches = operator && new PassingBatch<T>(context, operator, passes, failed);
  const remove = context.fanOut<T>(origin).add(receiver, batches);
}
