import { writeFile } from 'node:fs/promises';
import { kafkaSource } from '@stockafolio/connectors/kafka';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { newTopic, readTopic } from './support/kafka-place.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { lastLine, must, start } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

const TRADES = 100_000;

describe('on Kafka too, import and generate send everything once', () => {
  const at = tempFolder();
  const kafka = useKafka();

  it('generate, killed while it sends and run again, into a topic that others write to', async () => {
    const { url, ...place } = newTopic(kafka());
    const generate = (seed: number, trades: number): string[] => [
      ...['generate', '--trades', String(trades), '--users', '500', '--start', '2026-01-05', '--seed', String(seed)],
    ];
    await must([...generate(2, 500), '--to', url]);
    const command = [...generate(1, TRADES), '--to', url, '--json'];
    const life = start(command);
    const source = kafkaSource(place);
    const ends = async (): Promise<number> => (await source.ranges()).reduce((sum, { end }) => sum + end, 0);
    while (life.child.exitCode === null && (await ends()) < 5_500);
    expect(await killHard(life), 'killed while it ran').to.equal(true);
    await must([...generate(3, 500), '--to', url]);
    expect(lastLine(await must(command))['before']).to.be.greaterThan(4_999);
    expect(lastLine(await must(command))).to.include({ trades: 0, before: TRADES });
    await source.close();
    await must([...generate(1, TRADES), '--to', `log:${at('log')}`]);
    const expected = (await readLog(at('log'))).map((message) => `${message.partition} ${valueOf(message)}`);
    const wanted = new Set(expected);
    const found = (await readTopic(place)).map((message) => `${message.partition} ${valueOf(message)}`);
    expect(found).to.have.length(TRADES + 1_000);
    expect(found.filter((message) => wanted.has(message))).to.deep.equal(expected);
  });

  it('a line that is too long for a broker is one dead letter, and the import continues', async () => {
    const { url, ...place } = newTopic(kafka());
    const good = '{"user":"ann","symbol":"IBM","side":"buy","quantity":1,"price":1,"time":"2026-01-05T15:00:00Z"}';
    await writeFile(at('long.jsonl'), `${good}\n"${'x'.repeat(3_000_000)}"\n${good}\n`);
    const command = ['import', at('long.jsonl'), '--to', url, '--json'];
    expect(lastLine(await must(command))).to.include({ lines: 3, bad: 1 });
    expect(lastLine(await must(command))).to.include({ lines: 0, before: 3 });
    const cut = (await readTopic(place)).filter(({ headers }) => headers?.['cut-from'] !== undefined);
    expect(cut.map(({ headers }) => headers)).to.deep.equal([{ origin: 'long.jsonl:2', 'cut-from': '3000002' }]);
  });
});
