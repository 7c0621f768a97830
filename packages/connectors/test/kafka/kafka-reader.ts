import type { AssignmentListener, OutgoingMessage, Position, Source, SourceMessage } from '@stockafolio/core/ports';
import { systemClock } from '../../src/clock-system/index.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Messages `from` to `from + count - 1`, over four partitions in turns. */
export function numbered(count: number, from = 0): OutgoingMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    key: null,
    value: encoder.encode(String(from + i)),
    partition: (from + i) % 4,
    timestamp: from + i,
  }));
}

/**
 * A minimal runner: reads messages, continues from the offsets where the partitions were left, and records its events.
 */
export class Reader implements AssignmentListener {
  readonly told: string[] = [];
  readonly taken = new Map<number, string[]>();
  /** Shared by the readers of a group, as checkpoints are. */
  readonly #offsets: Map<number, number>;
  readonly #mine = new Map<number, number>();
  readonly #name: string;
  readonly #log: string[];
  #stopped = false;
  /** Whether messages since the last hand-over must be read again. */
  #undone = false;
  #running: Promise<void> | undefined;
  failure: unknown;

  constructor(offsets: Map<number, number> = new Map(), log: string[] = [], name = '') {
    this.#offsets = offsets;
    this.#log = log;
    this.#name = name;
  }

  get partitions(): number[] {
    return [...this.#mine.keys()].sort((a, b) => a - b);
  }

  async assigned(partitions: readonly number[], generation: number): Promise<Position[]> {
    this.#tell(`assigned ${partitions.join(',')} in ${generation}`);
    for (const partition of partitions) {
      const offset = this.#offsets.get(partition) ?? 0;
      this.#mine.set(partition, offset);
      // Like tables, which a replay overwrites. Offsets have no gaps here, so this many messages are before it.
      if (this.#undone) this.taken.get(partition)?.splice(offset);
    }
    this.#undone = false;
    return [...this.#mine].map(([partition, offset]) => ({ partition, offset }));
  }

  async revoked(partitions: readonly number[]): Promise<void> {
    this.#tell(`revoked ${partitions.join(',')}`);
    // Slow, so that a member that does not wait for it is detected.
    await systemClock.sleep(200);
    for (const partition of partitions) this.#offsets.set(partition, this.#mine.get(partition) ?? 0);
    this.#mine.clear();
    this.#tell(`handed over ${partitions.join(',')}`);
  }

  async lost(partitions: readonly number[]): Promise<void> {
    this.#tell(`lost ${partitions.join(',')}`);
    this.#undone = true;
    this.#mine.clear();
  }

  /** Reads until it is stopped. */
  start(source: Source): this {
    this.#running = this.#run(source).catch((error: unknown) => {
      this.failure = error;
    });
    return this;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  take(partition: number, messages: readonly SourceMessage[]): void {
    const taken = this.taken.get(partition) ?? [];
    this.taken.set(partition, taken);
    for (const { value } of messages) taken.push(decoder.decode(value ?? undefined));
    this.#mine.set(partition, (messages.at(-1)?.offset ?? -1) + 1);
  }

  async #run(source: Source): Promise<void> {
    while (!this.#stopped) {
      const batch = await source.next(50);
      if (batch !== undefined) this.take(batch.partition, batch.messages);
    }
  }

  #tell(what: string): void {
    this.told.push(what);
    this.#log.push(`${this.#name} ${what}`.trim());
  }
}

/** Waits until this holds, for at most this many milliseconds. @throws with the condition that was not met */
export async function eventually(what: string, holds: () => boolean, within = 60_000): Promise<void> {
  for (const end = Date.now() + within; !holds(); await systemClock.sleep(20))
    if (Date.now() > end) throw new Error(`timed out waiting until ${what}`);
}
