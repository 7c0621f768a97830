import type { Source } from '@stockafolio/core/ports';

/** Milliseconds of one wait for the group. */
const LOOK = 500;
/** After this many milliseconds without activity of this process, the group may have given its turn to another. */
const STOOD_STILL = 5_000;
/** Within this many milliseconds it hears of that: heartbeats are sent more often. */
const HEARD_WITHIN = 4_000;

/**
 * The right to replay dead letters into a source that several processes can write. The process that holds the source's
 * first partition, in a group of replaying processes, has it. Another process that wants it gets it between two appends
 * of this one, or when this one is no longer alive for the group.
 */
export class ReplayTurn {
  readonly #source: Source;
  readonly #onWait: (why: string) => void;
  #first: number | undefined;
  #mine = false;
  #followed = Date.now();

  private constructor(source: Source, onWait: (why: string) => void) {
    this.#source = source;
    this.#onWait = onWait;
  }

  /**
   * @param source a source of its own, for nothing else
   * @param onWait called if another process is replaying
   */
  static async join(source: Source, onWait: (why: string) => void): Promise<ReplayTurn> {
    const turn = new ReplayTurn(source, onWait);
    const ranges = await source.ranges();
    turn.#first = ranges[0]?.partition;
    const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
    await source.open(`dead-letters-replay-${(await source.identity()).replaceAll(/[^\w.-]/g, '-')}`, {
      assigned: async (partitions) => {
        turn.#mine = partitions.includes(turn.#first ?? 0);
        return partitions.map((partition) => ({ partition, offset: ends.get(partition) ?? 0 }));
      },
      revoked: async () => void (turn.#mine = false),
    });
    return turn;
  }

  /** Waits for the turn. */
  async wait(signal: AbortSignal): Promise<void> {
    let told = false;
    for (let looks = 0; !this.#mine && !signal.aborted; looks++) {
      await this.#follow(LOOK);
      // A group takes some seconds to form.
      if (this.#mine || told || looks < 20) continue;
      told = true;
      this.#onWait('another process is replaying dead letters into this source');
    }
  }

  /** Whether it is still this process's turn: check it before each append, and from time to time in between. */
  async isMine(): Promise<boolean> {
    const end = Date.now() - this.#followed < STOOD_STILL ? 0 : Date.now() + HEARD_WITHIN;
    do await this.#follow(Math.max(0, Math.min(LOOK, end - Date.now())));
    while (this.#mine && Date.now() < end);
    return this.#mine;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  /** Follows the group protocol. The messages are ignored. */
  async #follow(wait: number): Promise<void> {
    const batch = await this.#source.next(wait);
    if (batch !== undefined) this.#source.pause([batch.partition]);
    this.#followed = Date.now();
  }
}
