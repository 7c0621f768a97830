import { readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logProducer } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { badLines, type BadLine, type WireFields } from './support/bad-trades.js';
import { dump, expectSameLines, rowsOf } from './support/dumps.js';
import { expectOracle } from './support/expect-oracle.js';
import { killHard } from './support/kill.js';
import { readLog, type LoggedMessage } from './support/read-log.js';
import { lastLine, must, run, start } from './support/run-command.js';
import { randomFrom, seedOf } from './support/seed.js';
import { archive, batch, stream, streamArgs } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const GOOD = 1_000;

/** The size of the log's segments, read quickly: a replay of so few dead letters is soon over. */
function bytesOfLog(dir: string): number {
  const partitions = readdirSync(dir).filter((name) => name.startsWith('partition-'));
  const segments = partitions.flatMap((name) => readdirSync(join(dir, name)).map((file) => join(dir, name, file)));
  return segments.reduce((sum, path) => sum + statSync(path).size, 0);
}

interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly cause: string;
  readonly message: string;
  readonly encoding: string;
  readonly replayed?: string;
}

describe('P4: a bad record is dead-lettered with its offset and cause, and the others are exact', () => {
  const at = tempFolder();
  const seed = seedOf('bad input');
  const random = randomFrom(seed);
  let good: WireFields[] = [];
  let bad: readonly BadLine[] = [];
  /** The line in the file of each bad message. */
  const lineOf = new Map<number, BadLine>();
  let log: readonly LoggedMessage[] = [];

  const letters = async (tables: string, ...more: string[]): Promise<Letter[]> => {
    const { stdout } = await must([
      ...['dead-letters', 'list', '--tables', `embedded:${tables}`, '--format', 'jsonl'],
      ...more,
    ]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Letter);
  };
  /** Tells bad messages by the import's origin header; a replayed message is a trade. */
  const isGood = ({ headers }: LoggedMessage): boolean => headers?.['origin'] === undefined;
  const replay = (...more: string[]): string[] => [
    ...['dead-letters', 'replay', '--tables', `embedded:${at('tables')}`, '--to', `log:${at('log')}`],
    ...more,
  ];

  before(async () => {
    const { stdout } = await must([
      ...['generate', '--to', '-', '--trades', String(GOOD), '--users', '100', '--rate', '1'],
      ...['--seed', String(seed), '--start', '2026-01-05'],
    ]);
    good = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as WireFields);
    bad = badLines(good[0] ?? {});
    const lines: (Buffer | BadLine)[] = good.map((trade) => Buffer.from(JSON.stringify(trade)));
    for (const line of bad) lines.splice(Math.floor(random() * (lines.length + 1)), 0, line);
    lines.forEach((line, n) => void (Buffer.isBuffer(line) || lineOf.set(n + 1, line)));
    const newline = Buffer.from('\n');
    await writeFile(
      at('trades.jsonl'),
      Buffer.concat(lines.flatMap((line) => [Buffer.isBuffer(line) ? line : line.bytes, newline])),
    );
    await must(['import', at('trades.jsonl'), '--to', `log:${at('log')}`]);
    log = await readLog(at('log'));
  });

  it('the import passes on every line', () => {
    expect(log).to.have.length(GOOD + bad.length);
    expect(log.filter(isGood)).to.have.length(GOOD);
  });

  it('--on-bad-record fail stops with 2, says which message, and a later run continues', async () => {
    const args = [...streamArgs(at('log'), at('tables'), at('checkpoints')), '--until-caught-up'];
    const { code, stderr } = await run([...args, '--on-bad-record', 'fail']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/partition \d, offset \d+: .*\(ERR_BAD_RECORD\)/);
    expect(stderr).to.match(/dead-letter/);
    expect(lastLine(await must([...args, '--json']))['setAside']).to.equal(bad.length);
  });

  it('each bad line is a dead letter at its offset, which names the fault', async () => {
    const found = await letters(at('tables'));
    expect(found).to.have.length(bad.length);
    const seen = new Set<number>();
    for (const letter of found) {
      const message = log.find((m) => m.partition === letter.partition && m.offset === letter.offset);
      const [, line] = /trades\.jsonl:(\d+)/.exec(message?.headers?.['origin'] ?? '') ?? [];
      const fault = lineOf.get(Number(line));
      expect(fault, `a bad line at ${letter.partition}-${letter.offset}`).not.to.equal(undefined);
      expect(letter.cause, fault?.what).to.match(fault?.names ?? /^$/);
      expect(letter.cause, fault?.what).to.match(new RegExp(`\\(from trades\\.jsonl:${line}\\)$`));
      seen.add(Number(line));
    }
    expect(seen.size).to.equal(bad.length);
  });

  it('everything else is exact, in the stream and in the batch', async () => {
    const streamed = await dump(at('tables'));
    await expectOracle(streamed, at('log'), isGood);
    await archive(at('log'), at('archive'));
    await batch(at('archive'), at('batched'), at('batch-checkpoints'));
    // What a stream cannot amend the batch can, but for what is not there: so the letters say different things.
    const amends = (line: string): boolean => line.includes('"ERR_AMENDMENT"');
    const batched = await dump(at('batched'));
    expectSameLines(
      batched.filter((line) => !amends(line)),
      streamed.filter((line) => !amends(line)),
      'batch',
    );
    expect(batched.filter(amends)).to.have.length(1);
    expect(batched.find(amends)).to.include("it amends 'x', which is no earlier record of");
  });

  it('a message that is still bad is rejected, and none is replayed', async () => {
    await writeFile(
      at('all.jsonl'),
      (await must(['dead-letters', 'list', '--tables', `embedded:${at('tables')}`, '--format', 'jsonl'])).stdout,
    );
    const { code, stderr } = await run(replay('--with', at('all.jsonl')));
    expect(code).to.equal(2);
    expect(stderr).to.match(/none was replayed/);
    expect(await readLog(at('log'))).to.have.length(log.length);
  });

  it('corrected dead letters are replayed once, however often the replay runs or is killed', async () => {
    const mended = (await letters(at('tables'))).map((letter, n) => ({
      ...letter,
      encoding: 'utf8',
      message: JSON.stringify({ ...good[n], id: `mended-${n}`, user: `mended-${n % 7}` }),
    }));
    await writeFile(at('mended.jsonl'), mended.map((letter) => JSON.stringify(letter)).join('\n'));
    let killed = 0;
    for (let attempt = 0; attempt < 6; attempt++) {
      const life = start(replay('--with', at('mended.jsonl')));
      const before = bytesOfLog(at('log'));
      while (life.child.exitCode === null && bytesOfLog(at('log')) === before) await pause(1);
      if (await killHard(life)) killed++;
    }
    expect(killed, 'kills that found it running').to.be.at.least(1);
    await must(replay('--with', at('mended.jsonl')));
    const again = lastLine(await must(replay('--with', at('mended.jsonl'), '--json')));
    expect(again['replayed']).to.equal(0);
    const now = await readLog(at('log'));
    expect(now).to.have.length(log.length + bad.length);
    const ids = now.flatMap(({ headers }) => headers?.['replays'] ?? []);
    expect(new Set(ids).size).to.equal(bad.length);
    expect(await letters(at('tables'))).to.deep.equal([]);
    expect(await letters(at('tables'), '--all')).to.have.length(bad.length);
  });

  it('then the tables are what the oracle says of the good messages at their offsets', async () => {
    await stream(at('log'), at('tables'), at('checkpoints'));
    const lines = await dump(at('tables'));
    await expectOracle(lines, at('log'), isGood);
    expect(rowsOf(lines, 'trades_by_user')).to.have.length(GOOD + bad.length);
    expect(await letters(at('tables'))).to.deep.equal([]);
  });

  it('a time too far ahead of the broker is bad, and closes no window', async () => {
    const producer = await logProducer(at('skewed'));
    const encode = (fields: WireFields): Buffer => Buffer.from(JSON.stringify(fields));
    const now = Date.parse(String(good.at(-1)?.['time']));
    for (const [n, trade] of good.entries()) {
      if (n === 500) {
        const ahead = { ...trade, id: 'ahead', time: now + 400 * 24 * 3_600_000 };
        for (const partition of [0, 1, 2, 3])
          await producer.append([
            { key: null, value: encode(ahead), timestamp: now, partition, headers: { origin: 'a:1' } },
          ]);
      }
      await producer.append([{ key: Buffer.from(String(trade['user'])), value: encode(trade), timestamp: now }]);
    }
    await producer.close();
    await stream(at('skewed'), at('skewed-tables'), at('skewed-checkpoints'));
    const found = await letters(at('skewed-tables'));
    expect(found).to.have.length(4);
    for (const { cause } of found) expect(cause).to.match(/time: .*ahead/);
    await expectOracle(await dump(at('skewed-tables')), at('skewed'), isGood);
  });
});
