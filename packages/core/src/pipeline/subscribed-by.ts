import type { Observable } from 'rxjs';
import { enter, leave } from './ambient.js';
import type { FlowOrigin } from './flow.js';

/** The flows to which an observable subscribes, found by subscribing to it for a moment. */
export function subscribedBy(observable: Observable<unknown>): readonly FlowOrigin[] {
  const found = new Set<FlowOrigin>();
  const outer = enter({
    subscribe: (origin) => {
      found.add(origin);
      return () => undefined;
    },
  });
  try {
    observable.subscribe({ error: () => undefined }).unsubscribe();
  } finally {
    leave(outer);
  }
  return [...found];
}
