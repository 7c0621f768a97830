import { StockafolioError } from '@stockafolio/core';
import type { EnginePosition } from '../partition/engine-position.js';

/**
 * Checks that the tables hold what a checkpoint continues from: a run from there writes only what comes next.
 *
 * @param written the offset up to which the tables are exact, by the partition's row of `progress`; undefined if there
 * is none
 * @throws ERR_CHECKPOINTS_AHEAD
 */
export function checkWritten(partition: number, position: EnginePosition, written: number | undefined): void {
  const { offset } = position;
  if (isWritten(position, written)) return;
  throw new StockafolioError(
    'ERR_CHECKPOINTS_AHEAD',
    `the checkpoint of partition ${partition} continues from offset ${offset}, but the tables ${written === undefined ? 'hold nothing of it' : `are exact only up to ${written}`}`,
    {
      hint: 'were the tables emptied or replaced? rebuild them with batch --from-start, or give them their own checkpoints',
    },
  );
}

/** Whether tables that are exact up to this offset hold what a checkpoint continues from. */
export function isWritten({ offset, version }: EnginePosition, written: number | undefined): boolean {
  // Before the first record there is nothing that they must hold.
  return version === 0 || (written !== undefined && written >= offset);
}
