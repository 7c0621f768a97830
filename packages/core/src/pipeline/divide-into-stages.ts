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
 * repartitions is together in one of the others. A stream can be read by several stages. An operator that streams alone
 * reach is where its values are read: behind a repartition if they meet what comes after it.
 *
 * @returns the stage of each step; a repartition is in the stage that writes it
 * @throws ERR_PIPELINE_INVALID if what goes into a repartition meets what comes after it, or nothing reads a repartition
 */
export function divideIntoStages(pipeline: string, { steps, sources, finals }: Connected): ReadonlyMap<Step, number> {
  const repartitions = steps.filter((step) => 'origin' in step);
  if (repartitions.length === 0) return new Map(steps.map((step) => [step, 0]));
  const makers = makersOf(steps, finals);
  checkAreRead(pipeline, repartitions, sources);
  const groups = new Groups();
  /** By repartition, a step of the stage that writes it; none if a stream alone goes into it. */
  const writers = new Map<RepartitionStep, Step>();
  for (const step of steps) {
    const reached = (sources.get(step) ?? []).flatMap((origin) => makers.get(origin) ?? []);
    const [first] = reached;
    if ('origin' in step) {
      groups.join(...reached);
      if (first !== undefined) writers.set(step, first);
    } else groups.join(step, ...reached);
  }
  const numbers = inOrder(pipeline, repartitions, groups, writers);
  const numberOf = (step: Step | undefined): number => (step && numbers.get(groups.of(step))) ?? 0;
  return new Map(steps.map((step) => [step, numberOf('origin' in step ? writers.get(step) : step)]));
}

/** Steps that must be in one stage. A repartition stands for what comes after it. */
class Groups {
  readonly #parents = new Map<Step, Step>();

  /** The step that stands for the group of a step. */
  of(step: Step): Step {
    let parent = this.#parents.get(step);
    while (parent !== undefined) {
      step = parent;
      parent = this.#parents.get(step);
    }
    return step;
  }

  join(...steps: readonly Step[]): void {
    const [first, ...others] = steps.map((step) => this.of(step));
    if (first === undefined) return;
    for (const other of others)
      if (this.of(other) !== this.of(first)) this.#parents.set(this.of(other), this.of(first));
  }
}

/** Numbers the stages behind repartitions, so that each has a higher number than those that send to it. */
function inOrder(
  pipeline: string,
  repartitions: readonly RepartitionStep[],
  groups: Groups,
  writers: ReadonlyMap<RepartitionStep, Step>,
): ReadonlyMap<Step, number> {
  const numbers = new Map<Step, number>();
  let left = [...new Set(repartitions.map((step) => groups.of(step)))];
  const waits = (step: RepartitionStep): boolean => {
    const writer = writers.get(step);
    return writer !== undefined && left.includes(groups.of(writer));
  };
  while (left.length > 0) {
    const next = left.find((stage) => repartitions.every((step) => groups.of(step) !== stage || !waits(step)));
    if (next === undefined) {
      const stuck = repartitions.find((step) => left.includes(groups.of(step)) && waits(step));
      throw meets(pipeline, stuck as RepartitionStep, writers.get(stuck as RepartitionStep) as Step);
    }
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

function meets(pipeline: string, step: RepartitionStep, writer: Step): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `pipeline '${pipeline}': what ${nameOf(writer)} emits goes into ${nameOf(step)}, and meets what comes after it: they are in other partitions`,
    {
      hint: 'put a repartition() behind that operator for the other use too; streams themselves may be used before and after one',
    },
  );
}

function nameOf(step: Step): string {
  if ('node' in step) return `operator '${step.node.name}'`;
  if ('table' in step) return `table '${step.table.name}'`;
  if ('topic' in step) return `topic '${step.topic.stream.name}'`;
  if (!('origin' in step)) return 'an observer';
  return `${step.mapping === undefined ? 'repartition' : 'mapAsync'} '${step.stream.name}'`;
}
