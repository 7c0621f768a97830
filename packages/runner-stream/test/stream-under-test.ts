import type { Tables } from '@stockafolio/core/ports';
import {
  memoryFiles,
  type MemoryFiles,
  memoryTables,
  memoryTopic,
  type MemoryTopic,
  virtualClock,
  type VirtualClock,
} from '@stockafolio/testing';
import type { StreamEvent, StreamOptions, StreamResult } from '../src/options.js';
import { runStream } from '../src/run-stream.js';
import { codec, dump, messages, totals, type Sale } from './totals.js';

/** The totals as a stream, with all its ports in memory; each can be replaced. */
export class StreamUnderTest {
  clock: VirtualClock = virtualClock();
  topic: MemoryTopic = memoryTopic({ clock: this.clock, batch: 20 });
  tables: Tables = memoryTables();
  checkpoints: MemoryFiles = memoryFiles();
  events: StreamEvent[] = [];

  start(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    return runStream({
      pipeline: totals,
      codec,
      source: this.topic.source(),
      tables: this.tables,
      checkpoints: this.checkpoints,
      clock: this.clock,
      onEvent: (event) => void this.events.push(event),
      ...given,
    });
  }

  catchUp(given: Partial<StreamOptions<Sale>> = {}): Promise<StreamResult> {
    return this.clock.until(this.start({ untilCaughtUp: true, ...given }));
  }

  /** The rows of one undisturbed run over this many first messages. */
  async wanted(count: number): Promise<string[]> {
    const all = memoryTopic({ clock: this.clock });
    await all.append(messages(count));
    const made = memoryTables();
    await this.catchUp({ source: all.source(), tables: made, checkpoints: memoryFiles() });
    return dump(made);
  }
}
