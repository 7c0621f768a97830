import type { Observable } from 'rxjs';
import { StockafolioError } from '../errors/index.js';
import type { Stream, Topic } from '../stream/index.js';
import { Flow, type FlowOrigin } from './flow.js';
import { isMapOutput, onlyIntoTables } from './map-output.js';
import type { OperatorNode } from './plan.js';
import { readsBroadcast } from './refusals.js';

/** What is known of the places where values leave a plan. */
export interface Leaving {
  /** Whose records they are. */
  readonly carriers: ReadonlyMap<FlowOrigin, Stream<unknown>>;
  /** The operator that emits them. */
  readonly nodeOf: (origin: FlowOrigin) => OperatorNode | undefined;
}

/**
 * Checks that an operator is given changes and removals only if it knows what they mean.
 *
 * @param inputs its inputs
 * @param originsOf where the values of each come from
 * @throws ERR_PIPELINE_INVALID
 */
export function checkOperatorChanges(
  { carriers, nodeOf }: Leaving,
  node: OperatorNode,
  inputs: readonly (Observable<unknown> | undefined)[],
  originsOf: readonly (readonly FlowOrigin[])[],
): void {
  const what = `operator '${node.name}'`;
  originsOf.forEach((origins, n) => {
    const isDirect = inputs[n] instanceof Flow;
    for (const from of origins) {
      if (isMapOutput(from)) throw onlyIntoTables(what, from);
      const stream = carriers.get(from);
      if (stream?.changes !== undefined && !(isDirect && node.takesChanges === n)) throw readsChanges(what, stream);
      const sender = nodeOf(from);
      if (sender === undefined || !removes(from, sender)) continue;
      // Of a figure an operator finds what it has made; a value that is no figure has no name.
      const isFigure = isDirect && (sender.writesState || sender.emitsUpdates === true);
      if (!(isFigure && node.takesRemovals === true)) throw knowsNoRemovals(what, sender);
    }
  });
}

/**
 * Checks what goes into a table or leaves for a topic: no records of broadcast streams or changelogs.
 *
 * @param topic the topic, if it is one for others to read; null if it is a topic of the pipeline's own
 * @throws ERR_PIPELINE_INVALID
 */
export function checkChanges(
  { carriers, nodeOf }: Leaving,
  what: string,
  origins: readonly FlowOrigin[],
  topic?: Topic<never> | null,
): void {
  for (const from of origins) {
    if (isMapOutput(from)) throw onlyIntoTables(what, from);
    const stream = carriers.get(from);
    if (stream?.isBroadcast === true) throw readsBroadcast(what, stream);
    if (stream?.changes !== undefined) throw readsChanges(what, stream);
    const sender = nodeOf(from);
    if (sender === undefined || !removes(from, sender) || topic === undefined) continue;
    if (topic === null) throw knowsNoRemovals(what, sender);
    if (topic.compactBy.length === 0) throw notCompacted(what, sender);
  }
}

/** Whether what leaves an operator there may be removed: it says so for each of its outputs. */
function removes(from: FlowOrigin, { outputs, removes }: OperatorNode): boolean {
  const output = outputs?.find((each) => each === from);
  return (output === undefined ? removes : output.removes) === true;
}

function readsChanges(what: string, { name }: Stream<unknown>): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} is given the changes of changelog '${name}', some of which remove a value`,
    {
      hint: `put currentByKey() directly behind it, or give it to joinAsOf() as its versions; to read each message as a record, use the stream of the topic instead of changelog()`,
    },
  );
}

function knowsNoRemovals(what: string, { name, kind }: OperatorNode): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} would not see what operator '${name}' (${kind}) removes`,
    {
      hint: `directly behind '${name}' there may be folds with unfold, and joinLatest; everywhere tables, and topics with compactBy`,
    },
  );
}

function notCompacted(what: string, { name, kind }: OperatorNode): StockafolioError {
  return new StockafolioError(
    'ERR_PIPELINE_INVALID',
    `${what} is not compacted, so it cannot say what operator '${name}' (${kind}) removes`,
    { hint: 'name the fields of the keys: topic(stream, { compactBy: [...] })' },
  );
}
