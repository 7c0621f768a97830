import { StockafolioError } from '../errors/index.js';
import type { FlowOrigin } from './flow.js';
import type { PlanBuilder } from './plan-builder.js';

/** An engine that executes a plan, as its flows know it. */
export interface RunningEngine {
  /**
   * Adds a receiver of what the engine sends to the output of the stream or an operator; returns a function that
   * removes it.
   *
   * @throws ERR_PIPELINE_INVALID if that is of another plan
   */
  subscribe<T>(origin: FlowOrigin, receiver: (value: T) => void): () => void;
}

let plan: PlanBuilder | undefined;
let running: RunningEngine | undefined;

/** Runs the build function of a pipeline, with the plan that it declares as the current one. */
export function planning(builder: PlanBuilder, build: () => void): void {
  const outer = plan;
  plan = builder;
  try {
    build();
  } finally {
    plan = outer;
  }
}

/** The plan that is being made; undefined outside the build function of a pipeline. */
export function planInProgress(): PlanBuilder | undefined {
  return plan;
}

/** The plan that is being made. @throws ERR_OUTSIDE_PIPELINE outside the build function of a pipeline */
export function currentPlan(what: string): PlanBuilder {
  if (plan !== undefined) return plan;
  throw new StockafolioError('ERR_OUTSIDE_PIPELINE', `${what} works only inside the build function of a pipeline`, {
    hint: 'write pipeline(name, streams, (streams) => [into(table, ...)]), with its operators in the function itself, not inside mergeMap, defer or a subscriber',
  });
}

/** The engine that is connecting its operators or processing records; undefined outside of one. */
export function runningEngine(): RunningEngine | undefined {
  return running;
}

/** Makes an engine the running one. @returns the previous one, to be passed to {@link leave} */
export function enter(engine: RunningEngine): RunningEngine | undefined {
  const before = running;
  running = engine;
  return before;
}

/** Restores what was running before {@link enter}. */
export function leave(before: RunningEngine | undefined): void {
  running = before;
}
