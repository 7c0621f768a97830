import type { Observable } from 'rxjs';
import type { PipelineContext } from './context.js';
import type { Receiver, StretchReceiver } from './fan-out.js';
import { Flow } from './flow.js';

/**
 * Sends what comes from a source to a receiver that never throws; errors are those of functions in between.
 *
 * @param operator what it is the receiver of, where it can take batches of records
 */
export function receive<T>(
  context: PipelineContext,
  source: Observable<T>,
  next: Receiver<T>,
  error: (error: unknown) => void,
  operator?: StretchReceiver<T>,
): void {
  if (source instanceof Flow) context.fanOut<T>(source.origin).add(next, operator);
  else source.subscribe({ next, error });
}
