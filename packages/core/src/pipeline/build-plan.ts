import type { Stream } from '../stream/index.js';
import { planning } from './ambient.js';
import { Flow } from './flow.js';
import { PlanBuilder } from './plan-builder.js';
import type { Plan } from './plan.js';

/** Makes a plan from a build function, which gets the flows of the streams in order. */
export function buildPlan(
  pipeline: string,
  streams: readonly Stream<unknown>[],
  build: (inputs: readonly Flow<unknown>[]) => unknown,
  reads?: readonly string[],
): Plan {
  const builder = new PlanBuilder(pipeline, streams, reads);
  const inputs = [...builder.inputs];
  planning(builder, () => void build(inputs.map((input) => new Flow(input))));
  return builder.finish();
}
