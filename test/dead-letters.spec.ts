import { rm, writeFile } from 'node:fs/promises';
import { logProducer, trimLog } from '@stockafolio/connectors/log-local';
import { expect } from 'chai';
import { dumpTable } from './support/dumps.js';
import { readLog, valueOf } from './support/read-log.js';
import { lastLine, must, run, type Ended } from './support/run-command.js';
import { stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const DAY = 24 * 3_600_000;
const SENT = Date.parse('2026-01-05T15:00:00Z');
const LETTERS = 25;

interface Trade {
  readonly id: string;
  readonly [field: string]: unknown;
}

describe('a dead letter is replayed exactly once: replayed messages are found in the source', () => {
  const at = tempFolder();
  const tradeOf = (id: string, time: number, more: object = {}): Trade => ({
    ...{ id, user: `u${id}`, symbol: 'IBM', sector: 'Tech', side: 'buy', quantity: 1, price: 1 },
    ...{ time: new Date(time).toISOString(), ...more },
  });
  const listed = async (name: string, ...more: string[]): Promise<Record<string, unknown>[]> => {
    const args = ['dead-letters', 'list', '--tables', `embedded:${at(`${name}-tables`)}`, '--format', 'jsonl', ...more];
    const lines = (await must(args)).stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const replayArgs = (name: string, ...more: string[]): string[] => [
    ...['dead-letters', 'replay', '--tables', `embedded:${at(`${name}-tables`)}`, '--to', `log:${at(name)}`],
    ...['--json', ...more],
  ];
  const streamed = (name: string): Promise<Ended> => stream(at(name), at(`${name}-tables`), at(`${name}-checkpoints`));
  const madeAnew = async (name: string): Promise<void> => {
    for (const folder of ['tables', 'checkpoints']) await rm(at(`${name}-${folder}`), { recursive: true });
    await streamed(name);
  };
  /** A log with trades whose times are too far ahead; they are valid trades when they are sent again. */
  const ahead = async (name: string, segmentBytes?: number): Promise<readonly Trade[]> => {
    const note = `${'n'.repeat(90_000)}\ud83d\ude00`;
    const trades = Array.from({ length: LETTERS }, (_, n) =>
      tradeOf(`${n}`, SENT + 10 * DAY, n % 5 === 0 ? { note } : {}),
    );
    const producer = await logProducer(at(name), segmentBytes === undefined ? {} : { segmentBytes });
    for (const trade of [...trades, tradeOf('last', SENT)])
      await producer.append([
        { key: Buffer.from(String(trade['user'])), value: Buffer.from(JSON.stringify(trade)), timestamp: SENT },
      ]);
    await producer.close();
    await streamed(name);
    return trades;
  };
  const replayedIn = async (name: string): Promise<readonly Trade[]> =>
    (await readLog(at(name)))
      .filter(({ headers }) => headers?.['replays'] !== undefined)
      .map((message) => JSON.parse(valueOf(message)) as Trade)
      .sort((a, b) => Number(a.id) - Number(b.id));

  it('a long one is listed by its beginning, or in full on request, and replayed in full', async () => {
    const trades = await ahead('long');
    const [first] = (await listed('long')).filter(({ truncated }) => truncated === true);
    expect(String(first?.['message'])).to.have.length(4_096);
    const whole = await listed('long', '--whole');
    expect(whole.map(({ message }) => JSON.parse(String(message)) as Trade)).to.have.deep.members(trades);
    expect(whole.map(({ truncated }) => truncated)).to.not.include(true);
    // Lines with beginnings also name dead letters: an uncorrected message is replayed unchanged.
    const lines = await listed('long');
    await writeFile(at('long.jsonl'), lines.map((line) => JSON.stringify(line)).join('\r\n'));
    const ended = await must(replayArgs('long', '--with', at('long.jsonl')));
    expect(lastLine(ended)).to.include({ ok: true, replayed: LETTERS });
    expect(await replayedIn('long')).to.deep.equal(trades);
    expect(await listed('long')).to.deep.equal([]);
  });

  it('even after the tables were rebuilt', async () => {
    await madeAnew('long');
    expect(await listed('long')).to.have.length(LETTERS);
    const again = await must(replayArgs('long'));
    expect(lastLine(again)).to.include({ ok: true, replayed: 0 });
    expect(await replayedIn('long')).to.have.length(LETTERS);
    expect(await listed('long')).to.deep.equal([]);
    expect(await dumpTable(at('long-tables'), 'trades_by_user')).to.have.length(LETTERS + 1);
  });

  it('even by two concurrent replays', async () => {
    const trades = await ahead('both');
    const ended = await Promise.all([must(replayArgs('both')), must(replayArgs('both'))]);
    expect(ended.reduce((sum, each) => sum + Number(lastLine(each)['replayed']), 0)).to.equal(LETTERS);
    expect(await replayedIn('both')).to.deep.equal(trades);
  });

  it('if its time is gone from the source, that is unknown: nothing is appended except on request', async () => {
    await ahead('trimmed', 1_000);
    const before = await readLog(at('trimmed'));
    for (const partition of [0, 1, 2, 3]) await trimLog(at('trimmed'), partition, 1_000);
    const refused = await run(replayArgs('trimmed'));
    expect(refused.code).to.equal(2);
    expect(lastLine(refused)).to.include({ ok: false, code: 'ERR_REPLAY_IN_DOUBT' });
    expect(await replayedIn('trimmed')).to.deep.equal([]);
    const ended = await must(replayArgs('trimmed', '--assume-not-replayed'));
    const replayed = Number(lastLine(ended)['replayed']);
    expect(replayed).to.equal(LETTERS);
    expect(await replayedIn('trimmed')).to.have.length(replayed);
    expect(before).to.have.length(LETTERS + 1);
  });

  it('and never into another source than that which the tables were made from', async () => {
    await madeAnew('both');
    const args = replayArgs('both');
    const other = args.with(args.indexOf('--to') + 1, `log:${at('long')}`);
    const refused = await run(other);
    expect(refused.code).to.equal(2);
    expect(lastLine(refused)).to.include({ ok: false, code: 'ERR_SOURCE_MISMATCH' });
    expect(await replayedIn('long')).to.have.length(LETTERS);
  });
});
