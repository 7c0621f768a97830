import type { Source } from '@stockafolio/core/ports';

/** The same source, so that parts of it can be overridden. */
export function forward(reader: Source): Source {
  return {
    identity: () => reader.identity(),
    ranges: () => reader.ranges(),
    open: (group, listener) => reader.open(group, listener),
    next: (wait) => reader.next(wait),
    pause: (partitions) => reader.pause(partitions),
    resume: (partitions) => reader.resume(partitions),
    seek: (position) => reader.seek(position),
    commit: (positions, generation) => reader.commit(positions, generation),
    close: () => reader.close(),
  };
}
