import type { Stream } from '../stream/index.js';
import type { FlowOrigin } from './flow.js';
import type { OperatorNode } from './plan.js';
import { noBroadcast, readsBroadcast } from './refusals.js';

/** By the place where values leave an operator or a stream, whose records they are. */
type Carriers = ReadonlyMap<FlowOrigin, Stream<unknown>>;

/**
 * @param what is given values, such as `table 'totals'`
 * @throws ERR_PIPELINE_INVALID if records of a broadcast stream come from there
 */
export function checkNoBroadcast(carriers: Carriers, what: string, origins: readonly FlowOrigin[]): void {
  const stream = origins.map((from) => carriers.get(from)).find((each) => each?.isBroadcast === true);
  if (stream !== undefined) throw readsBroadcast(what, stream);
}

/** @throws ERR_PIPELINE_INVALID if other values come from there than records of broadcast streams */
export function checkBroadcast(carriers: Carriers, node: OperatorNode, origins: readonly FlowOrigin[]): void {
  const streams = origins.map((from) => (from.name === '' ? carriers.get(from) : undefined));
  const other = streams.find((stream) => stream?.isBroadcast !== true);
  if (streams.length === 0 || other !== undefined || streams.includes(undefined))
    throw noBroadcast(node, other === undefined ? [] : [other]);
}
