import { StockafolioError } from '../errors/index.js';
import type { FlowOrigin } from './flow.js';
import type { OperatorNode, RepartitionStep, Step } from './plan.js';

/** The steps of a plan, and how they are connected. */
export interface Connected {
  readonly steps: readonly Step[];
  /** Where the values of each step come from; none if that is unknown. */
  readonly sources: ReadonlyMap<Step, readonly FlowOrigin[]>;
  /** Where final values leave window operators. */
  readonly finals: ReadonlyMap<OperatorNode, FlowOrigin>;
}

/**
 * Divides the steps of a plan into stages. Stage 0 has what comes before the first repartition; what is behind the same
 * repartitions is together in one of the others. A stream can be read by several stages.
 *
 * @returns the stage of each step; a repartition is in the stage that writes it
 * @throws ERR_PIPELINE_INVALID if a step is given values of different stages, or nothing reads a repartition
 */
export function divideIntoStages(pipeline: string, { steps, sources, finals }: Connected): ReadonlyMap<Step, number> {
  const repartitions = steps.filter((step) => 'origin' in step);
  const stages = new Map<Step, number>();
  if (repartitions.length === 0) {
    for (const step of steps) stages.set(step, 0);
    return stages;
  }
  /** By repartition and stage, the repartition that stands for the stage behind it. */
  const leaders = new Map<RepartitionStep, RepartitionStep>(repartitions.map((step) => [step, step]));
  const leaderOf = (step: RepartitionStep): RepartitionStep => {
    const leader = leaders.get(step) ?? step;
    return leader === step ? step : leaderOf(leader);
  };
  const makers = makersOf(steps, finals);
  checkAreRead(pipeline, repartitions, sources);
  /** What stands for the stage of each step: a repartition, or nothing for stage 0; absent if a stream alone reaches it. */
  const behind = new Map<Step, RepartitionStep | undefined>();
  for (const step of steps) {
    const reached = (sources.get(step) ?? []).flatMap((origin): (RepartitionStep | undefined)[] => {
      const maker = makers.get(origin);
      if (maker === undefined) return [];
      return 'origin' in maker ? [maker] : [behind.get(maker)];
    });
    const [first, ...others] = reached.filter((each) => each !== undefined);
    if (first !== undefined && reached.includes(undefined)) throw mixes(pipeline, step, first);
    if (first !== undefined) for (const other of others) leaders.set(leaderOf(other), leaderOf(first));
    behind.set(step, first);
  }
  const before = (step: RepartitionStep): RepartitionStep | undefined => {
    const first = behind.get(step);
    return first === undefined ? undefined : leaderOf(first);
  };
  const numbers = inOrder(pipeline, repartitions, leaderOf, before);
  for (const step of steps) {
    const first = behind.get(step);
    stages.set(step, first === undefined ? 0 : (numbers.get(leaderOf(first)) ?? 0));
  }
  return stages;
}

/**
 * Numbers the stages behind repartitions, so that each has a higher number than those that send to it.
 *
 * @param before the stage that writes a repartition; undefined for stage 0
 */
function inOrder(
  pipeline: string,
  repartitions: readonly RepartitionStep[],
  leaderOf: (step: RepartitionStep) => RepartitionStep,
  before: (step: RepartitionStep) => RepartitionStep | undefined,
): ReadonlyMap<RepartitionStep, number> {
  const numbers = new Map<RepartitionStep, number>();
  let left = [...new Set(repartitions.map(leaderOf))];
  while (left.length > 0) {
    const next = left.find((stage) =>
      repartitions.every((step) => {
        const from = leaderOf(step) === stage ? before(step) : undefined;
        return from === undefined || numbers.has(from);
      }),
    );
    if (next === undefined) throw mixes(pipeline, left[0] as RepartitionStep, left[0] as RepartitionStep);
    numbers.set(next, numbers.size + 1);
    left = left.filter((stage) => stage !== next);
  }
  return numbers;
}

/** What a repartition sends would stay in its topic for ever: its stage would read nothing and do nothing. */
function checkAreRead(pipeline: string, repartitions: readonly RepartitionStep[], sources: Connected['sources']): void {
  const read = new Set([...sources.values()].flat());
  const unread = repartitions.find(({ origin }) => !read.has(origin));
  if (unread === undefined) return;
  throw new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}': nothing reads what comes after ${nameOf(unread)}`,
    { hint: 'put what comes after it into an operator or a table, or remove it' },
  );
}

/** The operator or repartition from which values leave, by the place where they do. */
function makersOf(steps: readonly Step[], finals: Connected['finals']): ReadonlyMap<FlowOrigin, Step> {
  const makers = new Map<FlowOrigin, Step>();
  for (const step of steps) {
    if ('origin' in step) makers.set(step.origin, step);
    if (!('node' in step)) continue;
    const { node } = step;
    for (const origin of [node, ...(node.outputs ?? []), finals.get(node)])
      if (origin !== undefined) makers.set(origin, step);
  }
  return makers;
}

function mixes(pipeline: string, step: Step, behind: RepartitionStep): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}': ${nameOf(step)} is given what comes after ${nameOf(behind)}, and what an operator before it emits: they are in other partitions`,
    { hint: 'put a repartition() behind that operator too; streams themselves may be used before and after it' },
  );
}

function nameOf(step: Step): string {
  if ('node' in step) return `operator '${step.node.name}'`;
  if ('table' in step) return `table '${step.table.name}'`;
  if ('topic' in step) return `topic '${step.topic.stream.name}'`;
  if (!('origin' in step)) return 'an observer';
  return `${step.mapping === undefined ? 'repartition' : 'mapAsync'} '${step.stream.name}'`;
}
