import { StockafolioError } from '../errors/index.js';
import { checksumOf } from './mark.js';
import type { Position, SourceMessage } from './source.js';

/** A position before which the log no longer holds what was read. */
export interface Divergence {
  readonly position: Position;
  /** The offset at which the log was cut; with `by: 'message'` and `by: 'end'` it was cut there or before. */
  readonly cut: number;
  /** The offset up to which the log is known to hold what was read, if that was checked. */
  readonly intact?: number;
  /**
   * The evidence: the epochs of the log's leaders, a different message before the position, or an end of the log before
   * the position.
   */
  readonly by: 'epoch' | 'message' | 'end';
  /** The latest epoch that the log has up to the cut, if epochs are the evidence. */
  readonly epoch?: number;
}

/** The end of an epoch in a log. */
export interface EpochEnd {
  /** The largest epoch in the log that does not exceed the requested one. */
  readonly epoch: number;
  /** The offset at which the next larger epoch begins; the end of the log if there is none. */
  readonly end: number;
}

/**
 * Whether a log was cut before a position, according to the end of the position's epoch. A log that was not cut has no
 * other epoch before the position: epochs only rise, even if retention or compaction removed all messages of some.
 */
export function cutByEpoch(position: Position, { epoch, end }: EpochEnd): Divergence | undefined {
  return end < position.offset ? { position, cut: end, by: 'epoch', epoch } : undefined;
}

/** Whether the log ends before a position. */
export function cutByEnd(position: Position, end: number): Divergence | undefined {
  return end < position.offset ? { position, cut: end, by: 'end' } : undefined;
}

/**
 * Whether the message before a position differs from the one that was read. If it no longer exists, or the position has
 * no checksum, nothing is known.
 */
export function cutByMessage(position: Position, message: SourceMessage | undefined): Divergence | undefined {
  const checksum = position.mark?.checksum;
  if (checksum === undefined || message?.offset !== position.offset - 1) return undefined;
  return checksumOf(message) === checksum ? undefined : { position, cut: message.offset, by: 'message' };
}

/** The error for positions whose log was cut. */
export function sourceDiverged(divergences: readonly Divergence[]): StockafolioError {
  return new StockafolioError('ERR_SOURCE_DIVERGED', divergences.map(described).join('; '), {
    hint: 'move the files that reach past the cut out of the archive (only they can hold what the source lost), archive again, make new tables and checkpoints from it (batch --from-start), and start the stream with those (--take-group, once); the page of errors has the steps',
  });
}

function described({ position: { partition, offset, mark }, cut, intact, by, epoch }: Divergence): string {
  const read = `what was read up to offset ${offset}${mark?.epoch === undefined ? '' : ` in leader epoch ${mark.epoch}`} is no longer in it`;
  const about = intact === undefined ? `offset ${cut} or before` : `an offset from ${intact} to ${cut}`;
  switch (by) {
    case 'epoch':
      return `partition ${partition}: the log was cut at offset ${cut}, where its leader epoch ${String(epoch)} ends: from there on ${read}`;
    case 'message':
      return `partition ${partition}: the log was cut at ${about}: from there on ${read}, and at offset ${cut} is another message`;
    case 'end':
      return `partition ${partition}: the log was cut at ${about}: from there on ${read}, and its end is offset ${cut}`;
  }
}
