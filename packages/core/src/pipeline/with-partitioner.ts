import type { Partitioner } from '../stream/index.js';
import type { Pipeline } from './pipeline.js';

/** The same pipeline, for sources whose messages another partitioner placed; a stream that is keyed by nothing stays. */
export function withPartitioner(pipeline: Pipeline, partitioner: Partitioner): Pipeline {
  const streams = pipeline.streams.map((each) => (each.partitioner === undefined ? each : { ...each, partitioner }));
  const [stream = pipeline.stream] = streams;
  return Object.freeze({ ...pipeline, stream, streams: Object.freeze(streams) });
}
