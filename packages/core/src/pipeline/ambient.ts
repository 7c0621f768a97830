import { StockafolioError } from '../errors/index.js';
import type { PipelineContext } from './context.js';
import type { PlanBuilder } from './plan-builder.js';

let plan: PlanBuilder | undefined;
let running: PipelineContext | undefined;

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

/** The context of the engine that is connecting its operators or processing records; undefined outside of one. */
export function runningContext(): PipelineContext | undefined {
  return running;
}

/** Makes a context the running one. @returns the previous one, to be passed to {@link leave} */
export function enter(context: PipelineContext): PipelineContext | undefined {
  const before = running;
  running = context;
  return before;
}

/** Restores the context from before {@link enter}. */
export function leave(before: PipelineContext | undefined): void {
  running = before;
}
