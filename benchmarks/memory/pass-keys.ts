import { readFileSync } from 'node:fs';
import { jsonCodec, type Pipeline } from '@stockafolio/core';
import { PartitionEngine } from '@stockafolio/engine';
import { AGAIN, Visit } from './passing-pipelines.js';

/** Keys of each batch: their first visits, and the second ones of earlier keys. */
const BATCH = 2_000;
/** Batches from one checkpoint to the next. */
const CHECKPOINTS = 100;

/** What an engine holds after some keys. */
export interface Held {
  readonly keys: number;
  /** Keys of its operators, and entries below keys. */
  readonly entries: number;
  readonly texts: number;
  /** Bytes of the texts. */
  readonly bytes: number;
  /** Memory of the process that is not a file, after a collection of garbage, in MiB. */
  readonly memory: number;
  readonly seconds: number;
}

/** The parts of the memory of states that the port does not name. */
interface WithTexts {
  readonly texts: { readonly size: number; readonly bytes: number };
}

function memoryOf(): number {
  (globalThis as { readonly gc?: () => void }).gc?.();
  return Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}

/**
 * Lets keys pass: one begins each millisecond, and comes again half a second later; in pipelines of two streams, there.
 * What an engine holds is read at each of the marks.
 */
export function passKeys(made: Pipeline, marks: readonly number[]): readonly Held[] {
  const engine = new PartitionEngine({
    ...{ pipeline: made, partition: 0, source: 'source', onBadRecord: 'dead-letter' },
    codec: jsonCodec(Visit) as never,
  });
  const second = made.streams.length - 1;
  const offsets = made.streams.map(() => 0);
  const held: Held[] = [];
  const begun = performance.now();
  let rows = 0;
  let n = 0;
  for (let batch = 1; n < (marks.at(-1) ?? 0); batch++) {
    const [records, positions]: [Visit[], { input: number; offset: number; ingested: number }[]] = [[], []];
    const push = (key: number, input: number, count: number, time: number): void => {
      const offset = offsets[input] ?? 0;
      offsets[input] = offset + 1;
      records.push({ user: `user-${key}`, page: `page-${key}-${count}`, count, time });
      positions.push({ input, offset, ingested: time });
    };
    for (const end = n + BATCH; n < end; n++) {
      push(n, 0, 1, n);
      if (n >= AGAIN) push(n - AGAIN, second, 2, n);
    }
    engine.pushAll(records, positions);
    rows += engine.commit().length;
    if (batch % CHECKPOINTS === 0) engine.states.save([]);
    if (!marks.includes(n)) continue;
    const { texts } = engine.states as unknown as WithTexts;
    held.push({
      ...{ keys: n, entries: engine.states.size, texts: texts.size, bytes: texts.bytes, memory: memoryOf() },
      seconds: (performance.now() - begun) / 1000,
    });
  }
  if (rows === 0) throw new Error('nothing was written');
  return held;
}
