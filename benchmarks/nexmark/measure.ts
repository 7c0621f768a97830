import { jsonCodec, type Pipeline } from '@stockafolio/core';
import { Feed, MergedFeed, PartitionEngine } from '@stockafolio/engine';
import { alternate, printTable, processorSeconds } from '../measure.js';
import { queryOf } from './check.js';
import { generate } from './generator/generate.js';
import { defaults, type Settings } from './generator/settings.js';
import { sideOf } from './generator/side.js';
import { naive } from './naive/index.js';
import { type Message, messagesFor } from './ways/messages.js';

const ROUNDS = 3;
/** Records between two commits. */
const COMMIT = 10_000;

/** Measures queries on one partition: the engine with its commits, beside the naive program. Decoding is in neither. */
export async function measure(names: readonly string[], given: Partial<Settings>): Promise<void> {
  const settings = { ...defaults, ...given };
  const events = generate(settings);
  const watermark = settings.start + (settings.events * 1_000) / settings.rate;
  const asked = { events, side: sideOf(events), watermark };
  const rows: (readonly string[])[] = [];
  for (const name of names) {
    const { pipeline } = queryOf(name);
    const messages = messagesFor(pipeline, asked, 1);
    const { measured } = await alternate(
      {
        engine: () => through(pipeline, messages),
        loops: () => {
          naive[name]?.(asked);
          return messages.length;
        },
      },
      ROUNDS,
      processorSeconds,
    );
    const [engine = 0, loops = 0] = measured.map(({ rate }) => rate);
    const cells = [messages.length.toLocaleString('en'), (1e6 / engine).toFixed(2), (1e6 / loops).toFixed(2)];
    rows.push([name, ...cells, (engine / loops).toFixed(2)]);
  }
  printTable(['query', 'records', 'us a record', 'by loops over arrays', 'ratio'], rows);
}

function through(pipeline: Pipeline, messages: readonly Message[]): number {
  const codec = jsonCodec(pipeline.stream.schema) as never;
  const engine = new PartitionEngine({
    ...{ pipeline, partition: 0, source: 'benchmark', codec, onBadRecord: 'fail' },
  });
  const add = pipeline.streams.length === 1 ? intoOne(engine) : intoSeveral(engine, pipeline);
  messages.forEach((message, n) => {
    add.message(message);
    if (n % COMMIT === COMMIT - 1) {
      add.drain();
      engine.commit();
    }
  });
  add.end();
  engine.flush(true);
  engine.commit();
  return messages.length;
}

interface Adding {
  readonly message: (message: Message) => void;
  readonly drain: () => void;
  readonly end: () => void;
}

function intoOne(engine: PartitionEngine): Adding {
  const feed = new Feed(engine);
  return {
    message: ({ record, offset, sent }) => feed.add(record, { offset, ingested: sent }),
    drain: () => feed.end(),
    end: () => feed.end(),
  };
}

function intoSeveral(engine: PartitionEngine, pipeline: Pipeline): Adding {
  const feed = new MergedFeed(engine, pipeline, []);
  const inputs = new Map(pipeline.streams.map(({ name }, input) => [name, input]));
  return {
    message: ({ stream, record, offset, sent }) =>
      feed.add(inputs.get(stream.name) ?? 0, { offset, ingested: sent, taken: { record } }),
    drain: () => feed.drain(),
    end: () => {
      for (const input of inputs.values()) feed.silent(input, Number.POSITIVE_INFINITY);
      feed.drain();
    },
  };
}
