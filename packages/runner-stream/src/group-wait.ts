import { StockafolioError } from '@stockafolio/core';
import type { Clock, PartitionHolder, Position, Source } from '@stockafolio/core/ports';
import { asStockafolioError } from './until-back.js';

/** A run that is to catch up waits for other members of its group. */
export interface WaitingEvent {
  readonly type: 'waiting';
  /** The partitions that others hold and have not finished; none while the group assigns partitions. */
  readonly partitions: readonly number[];
  /** Their holders, as far as the source knows. */
  readonly holders: readonly PartitionHolder[];
  /** How long they have not advanced, and how much longer the run waits for that, in milliseconds. */
  readonly waited: number;
  readonly left: number;
}

interface Waiting {
  readonly source: Source;
  readonly clock: Clock;
  readonly groupPatience?: number;
  readonly onEvent?: (event: WaitingEvent) => void;
}

const SAY_AFTER = 5_000;
const SAY_EVERY = 60_000;
const PATIENCE = 300_000;

/** Makes a run that waits for others of its group report it, and not wait for ever. */
export class GroupWait {
  readonly #options: Waiting;
  #stand = '';
  #since = 0;
  #saidAt: number | undefined;

  constructor(options: Waiting) {
    this.#options = options;
  }

  /** The group is assigning partitions: those of a dead member are free only when its session ends. */
  async sharingOut(): Promise<void> {
    await this.#look('sharing out', []);
  }

  /**
   * @param behind the positions of others that have not finished all of their partitions
   * @throws ERR_GROUP_STALLED if none of them has advanced for longer than `groupPatience`
   */
  async behind(behind: readonly Position[]): Promise<void> {
    if (behind.length === 0) this.#stand = '';
    else await this.#look(behind.map(({ partition, offset }) => `${partition}:${offset}`).join(), behind);
  }

  /**
   * The partitions that members of the group have; undefined if the source does not know. Where numbers of messages
   * cannot be compared, as in a topic that also says until when its lanes are silent, each member finishes its own: the
   * last one has all of them.
   */
  async held(): Promise<ReadonlySet<number> | undefined> {
    const holders = await this.#holders();
    return holders.length === 0 ? undefined : new Set(holders.map(({ partition }) => partition));
  }

  async #look(stand: string, behind: readonly Position[]): Promise<void> {
    const { clock, groupPatience = PATIENCE, onEvent } = this.#options;
    const now = clock.elapsed();
    if (stand !== this.#stand) {
      this.#stand = stand;
      this.#since = now;
      this.#saidAt = undefined;
      return;
    }
    const waited = now - this.#since;
    const isOver = waited >= groupPatience;
    const isDue = this.#saidAt === undefined ? waited >= SAY_AFTER : now - this.#saidAt >= SAY_EVERY;
    if (!isOver && !isDue) return;
    this.#saidAt = now;
    const partitions = behind.map(({ partition }) => partition);
    const holders = (await this.#holders()).filter(({ partition }) => partitions.includes(partition));
    if (isOver) throw stalled(partitions, holders, waited);
    onEvent?.({ type: 'waiting', partitions, holders, waited, left: groupPatience - waited });
  }

  async #holders(): Promise<readonly PartitionHolder[]> {
    try {
      return (await this.#options.source.holders?.()) ?? [];
    } catch (error) {
      if (asStockafolioError(error).retryable) return [];
      throw error;
    }
  }
}

/** Partitions and their holders, in words. */
export function describeHolders(partitions: readonly number[], holders: readonly PartitionHolder[]): string {
  const byHolder = new Map<string, number[]>();
  for (const partition of partitions) {
    const who = holders.find((each) => each.partition === partition)?.holder ?? 'unknown holder';
    byHolder.set(who, [...(byHolder.get(who) ?? []), partition]);
  }
  return [...byHolder].map(([who, of]) => `${of.join(', ')} (${who})`).join('; ');
}

function stalled(partitions: readonly number[], holders: readonly PartitionHolder[], waited: number): StockafolioError {
  const what =
    partitions.length === 0
      ? 'the group has not assigned its partitions'
      : `other members of the group have not advanced in partitions ${describeHolders(partitions, holders)}`;
  return new StockafolioError('ERR_GROUP_STALLED', `${what} for ${Math.round(waited / 1_000)} s`, {
    hint: 'check whether those processes still run, and for the same tables or archive; stop them, or wait until they continue, then start this again',
  });
}
