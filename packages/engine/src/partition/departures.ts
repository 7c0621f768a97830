import type { PipelineContext } from '../flow/context.js';
import type { Leaving } from '../flow/outbox.js';

/** A record that leaves for other partitions, and its number. */
export interface Departure extends Leaving {
  /** Counts the records that this engine sends through one repartition: the same record always has the same number. */
  readonly number: number;
}

/** How many records an engine has sent, as a checkpoint stores it. */
export interface Departed {
  /** The number of the next record, by the name of the repartition. */
  readonly next: Readonly<Record<string, number>>;
  /** When the newest message that was processed was received, epoch milliseconds; null before the first one. */
  readonly received: number | null;
}

/** Numbers the records that leave an engine. */
export class Departures {
  readonly #context: PipelineContext;
  readonly #next = new Map<string, number>();

  constructor(context: PipelineContext) {
    this.#context = context;
  }

  /** When the newest message that was processed was received; records that leave later count as sent no earlier. */
  get received(): number {
    return this.#context.received;
  }

  /** How many records were taken, as part of an engine's position; nothing if none can leave. */
  get position(): { readonly departed?: Departed } {
    const { received, sends } = this.#context;
    if (!sends) return {};
    const next = Object.fromEntries(this.#next);
    return { departed: { next, received: received === Number.NEGATIVE_INFINITY ? null : received } };
  }

  /** Continues from a position. */
  resume({ departed }: { readonly departed?: Departed }): void {
    if (departed === undefined) return;
    for (const [name, number] of Object.entries(departed.next)) this.#next.set(name, number);
    this.#context.received = departed.received ?? Number.NEGATIVE_INFINITY;
  }

  /** The records that have left since this was last called, in order. */
  take(): readonly Departure[] {
    const { leaving } = this.#context.rows;
    if (leaving.length === 0) return [];
    return leaving.take().map((each) => {
      const { name } = each.stream;
      const number = this.#next.get(name) ?? 0;
      this.#next.set(name, number + 1);
      return { ...each, number };
    });
  }
}
