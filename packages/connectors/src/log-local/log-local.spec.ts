import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectCode, runSourceContract } from '@stockafolio/conformance';
import type { OutgoingMessage, Source } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { committedPositions } from './consumer-positions.js';
import { logProducer } from './log-producer.js';
import { logSource } from './log-source.js';
import { createLog } from './meta.js';
import { listSegments, partitionFolder, trimLog } from './segments.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const numbered = (count: number, from = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, i) => ({ key: null, value: bytes(`message ${from + i}`), partition: 0 }));

async function opened(dir: string, offset = 0, partitions?: number[]): Promise<Source> {
  const source = logSource(dir, partitions === undefined ? {} : { partitions });
  await source.open('group', {
    assigned: async (all) => all.map((partition) => ({ partition, offset })),
    revoked: async () => undefined,
  });
  return source;
}

async function values(source: Source, wait = 0): Promise<string[]> {
  const all: string[] = [];
  for (let batch = await source.next(wait); batch !== undefined; batch = await source.next(wait)) {
    all.push(...batch.messages.map(({ value }) => new TextDecoder().decode(value ?? undefined)));
  }
  return all;
}

const wanted = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `message ${from + i}`);

runSourceContract('the log in a folder', {
  async fresh() {
    const dir = await mkdtemp(join(tmpdir(), 'log-local-'));
    const ends: { close(): Promise<void> }[] = [];
    const kept = <T extends { close(): Promise<void> }>(end: T): T => (ends.push(end), end);
    return {
      source: async () => kept(logSource(join(dir, 'log'))),
      producer: async () => kept(await logProducer(join(dir, 'log'), { segmentBytes: 600 })),
      async namesake() {
        await createLog(join(dir, 'elsewhere', 'log'));
        return kept(logSource(join(dir, 'elsewhere', 'log')));
      },
      expire: (before) => trimLog(join(dir, 'log'), 0, before),
      async destroy() {
        for (const end of ends) await end.close();
        await rm(dir, { recursive: true });
      },
    };
  },
});

describe('the log in a folder', () => {
  let dir: string;
  let segment: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'log-local-'));
    segment = join(partitionFolder(dir, 0), '00000000000000000000.log');
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function fill(count: number, options: { segmentBytes?: number } = {}): Promise<void> {
    const producer = await logProducer(dir, options);
    for (let i = 0; i < count; i += 1) await producer.append(numbered(1, i));
    await producer.close();
  }

  it('reports that there is no log', async () => {
    const source = logSource(join(dir, 'missing'));
    for (const action of [() => source.identity(), () => source.ranges()]) {
      const error = await expectCode('ERR_SOURCE_UNAVAILABLE', action);
      expect(error.hint).to.be.a('string');
    }
  });

  it('keeps its number of partitions, and rejects another', async () => {
    const meta = await createLog(dir, { partitions: 3 });
    expect(await createLog(dir)).to.deep.equal(meta);
    await expectCode('ERR_SOURCE_MISMATCH', () => logProducer(dir, { partitions: 4 }));
    await expectCode('ERR_USAGE', () => opened(dir, 0, [3]));
  });

  it('is made in a folder of any name, given as a relative path', async () => {
    const before = process.cwd();
    process.chdir(dir);
    try {
      for (const name of ['l', './m', 'a/b/c'])
        expect(await createLog(name, { partitions: 1 })).to.include({ partitions: 1 });
    } finally {
      process.chdir(before);
    }
  });

  it('makes equal logs from equal messages, with and without keys', async () => {
    const messages = Array.from({ length: 200 }, (_, i) => ({
      key: i % 3 === 0 ? null : bytes(`key ${i % 17}`),
      value: bytes(`value ${i}`),
      timestamp: i,
    }));
    const contents: Buffer[][] = [];
    for (const name of ['one', 'two']) {
      const producer = await logProducer(join(dir, name));
      for (let i = 0; i < 200; i += 50) await producer.append(messages.slice(i, i + 50));
      await producer.close();
      const read = [0, 1, 2, 3].map((i) =>
        readFile(join(partitionFolder(join(dir, name), i), '00000000000000000000.log')),
      );
      contents.push(await Promise.all(read));
    }
    expect(contents[0]).to.deep.equal(contents[1]);
    for (const each of contents[0] ?? []) expect(each.length).to.be.above(0);
  });

  it('continues in new segments, which are named by their first offset', async () => {
    await fill(30, { segmentBytes: 300 });
    await fill(0);
    const segments = await listSegments(partitionFolder(dir, 0));
    expect(segments.length).to.be.above(5);
    for (const { first } of segments) {
      const source = await opened(dir, first, [0]);
      expect(await values(source)).to.deep.equal(wanted(30 - first, first));
      await source.close();
    }
  });

  it('drops a write that was torn anywhere, and continues after the last complete one', async () => {
    await fill(3);
    const whole = (await stat(segment)).size;
    await fill(0);
    const producer = await logProducer(dir);
    await producer.append(numbered(2, 3));
    await producer.close();
    const full = await readFile(segment);
    for (let cut = whole; cut < full.length; cut += 1) {
      await writeFile(segment, full.subarray(0, cut));
      const source = await opened(dir, 0, [0]);
      expect(await values(source), `cut at ${cut}`).to.deep.equal(wanted(3));
      const again = await logProducer(dir);
      expect((await stat(segment)).size).to.equal(whole);
      await again.append(numbered(1, 3));
      expect(await values(source)).to.deep.equal(wanted(1, 3));
      await again.close();
      await source.close();
    }
  });

  it('names the file and the byte of damage in the middle, in the header and in the body', async () => {
    await fill(3);
    const size = (await stat(segment)).size / 3;
    const clean = await readFile(segment);
    for (const at of [size, size + 5, size + 9, size + 20, size + 30, 2 * size - 1]) {
      const damaged = Buffer.from(clean);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x40, at);
      await writeFile(segment, damaged);
      const source = await opened(dir, 0, [0]);
      const first = await source.next(0);
      expect(first?.messages).to.have.length(1);
      for (const action of [() => source.next(0), () => source.ranges(), () => logProducer(dir)]) {
        const error = await expectCode('ERR_LOG_CORRUPT', action);
        expect(error.message).to.contain(segment).and.to.contain(`byte ${size}`);
      }
      await source.close();
    }
  });

  it('reports a closed segment that was cut or is missing', async () => {
    await fill(30, { segmentBytes: 300 });
    const segments = await listSegments(partitionFolder(dir, 0));
    const [first, second, third] = segments;
    if (first === undefined || second === undefined || third === undefined) return expect.fail('too few segments');
    await truncate(first.path, (await stat(first.path)).size - 1);
    const source = await opened(dir, 0, [0]);
    expect((await source.next(0))?.messages).to.have.length.above(0);
    await expectCode('ERR_LOG_CORRUPT', () => values(source));
    await source.close();
    await rm(second.path);
    const next = await opened(dir, second.first - 2, [0]);
    await expectCode('ERR_LOG_CORRUPT', () => values(next));
    await next.close();
    return undefined;
  });

  it('ignores zeros that a power cut left at the end', async () => {
    await fill(2);
    await appendFile(segment, Buffer.alloc(5000));
    const source = await opened(dir, 0, [0]);
    expect(await values(source)).to.deep.equal(wanted(2));
    await fill(0);
    expect(await source.ranges()).to.deep.include({ partition: 0, oldest: 0, end: 2 });
    await source.close();
  });

  it('rejects a position that was never written', async () => {
    await fill(3);
    const source = await opened(dir, 4, [0]);
    await expectCode('ERR_OFFSET_GONE', () => source.next(0));
    await source.close();
  });

  it('is shared by the producers of one process, and locked against another', async () => {
    const [one, two] = await Promise.all([logProducer(dir), logProducer(dir)]);
    await one.append(numbered(1));
    await one.close();
    await two.append(numbered(1, 1));
    const child = await runChild('try-to-lock');
    expect(child).to.match(new RegExp(`^ERR_LOG_LOCKED process ${process.pid} `));
    await two.close();
    expect(await runChild('try-to-lock')).to.equal('locked');
    // The child died with the lock, so its lock is taken over.
    const three = await logProducer(dir);
    await three.append(numbered(1, 2));
    await three.close();
    const source = await opened(dir, 0, [0]);
    expect(await values(source)).to.deep.equal(wanted(3));
    await source.close();
  });

  it('remembers the positions of a group', async () => {
    await fill(3);
    const source = await opened(dir);
    await source.commit(
      [
        { partition: 2, offset: 1 },
        { partition: 0, offset: 3 },
      ],
      1,
    );
    await source.commit([{ partition: 0, offset: 2 }], 2);
    expect(await committedPositions(dir, 'group')).to.deep.equal([
      { partition: 0, offset: 3 },
      { partition: 2, offset: 1 },
    ]);
    await source.close();
  });

  it('keeps every acknowledged message, once and in order, through kill -9 at any moment', async () => {
    let seed = 20_260_105;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
    const reader = (async () => {
      await createLog(dir);
      return opened(dir);
    })();
    let live: string[] = [];
    let running = true;
    const reading = reader.then(async (source) => {
      while (running) live = live.concat(await values(source, 5));
      live = live.concat(await values(source, 5));
      await source.close();
    });
    let acknowledged = 0;
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, ['--import', 'tsx', childPath, 'append', dir, String(acknowledged)]);
      const acks = readLines(child.stdout);
      const first = await acks.next();
      expect(first.done, 'the child writes').to.equal(false);
      await new Promise((resolve) => setTimeout(resolve, random() * 120));
      child.kill('SIGKILL');
      await once(child, 'exit');
      let last = Number(first.value);
      for await (const ack of acks) last = Number(ack);
      const range = await (async () => {
        const producer = await logProducer(dir, { segmentBytes: 20_000 });
        await producer.close();
        const source = logSource(dir);
        const ranges = await source.ranges();
        await source.close();
        return ranges;
      })();
      const there = range.reduce((sum, { end }) => sum + end, 0);
      expect(there).to.be.at.least(last);
      acknowledged = there;
    }
    running = false;
    await reading;
    const source = await opened(dir);
    const settled = await values(source);
    await source.close();
    const numbers = (all: readonly string[]): number[] => all.map(Number);
    expect(numbers(settled).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: acknowledged }, (_, i) => i));
    expect(
      numbers(live).sort((a, b) => a - b),
      'a reader that was open all along',
    ).to.deep.equal(numbers(settled).sort((a, b) => a - b));
    for (let partition = 0; partition < 4; partition += 1) {
      const one = await opened(dir, 0, [partition]);
      const order = numbers(await values(one));
      expect(order).to.deep.equal([...order].sort((a, b) => a - b));
      await one.close();
    }
  });

  const childPath = join(import.meta.dirname, '../../test/log-child.ts');

  async function runChild(command: string): Promise<string> {
    const child = spawn(process.execPath, ['--import', 'tsx', childPath, command, dir]);
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    await once(child, 'close');
    return output.trim();
  }
});

async function* readLines(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = '';
  for await (const data of stream) {
    const lines = (rest + String(data)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
