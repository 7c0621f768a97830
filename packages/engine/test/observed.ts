import type { Observable } from 'rxjs';
import { currentPlan } from '@stockafolio/core/plan';

/** Observes a flow, within the build function of a pipeline. */
export function observed<T>(flow: Observable<T>, next: (value: T) => void = () => undefined): void {
  currentPlan('observed').addObserver(
    flow,
    (value) => next(value as T),
    (error) => {
      throw error;
    },
  );
}
