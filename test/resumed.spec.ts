import { createReadStream, createWriteStream, existsSync, readdirSync, statSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { dump } from './support/dumps.js';
import { killHard } from './support/kill.js';
import { readLog, valueOf } from './support/read-log.js';
import { lastLine, must, start } from './support/run-command.js';
import { archive, batch, stream } from './support/stages.js';
import { tempFolder } from './support/temp-folder.js';

const TRADES = 40_000;
/** Longer than any allowed line. */
const OVERSIZED = 70 * 1024 * 1024;

/**
 * A progress row that the stream writes for a partition without a message; the batch, which sees only files, does not.
 */
function ofEmpty(line: string): boolean {
  const { table, row } = JSON.parse(line) as { table: string; row: { offset?: number } };
  return table === 'progress' && row.offset === 0;
}

describe('import and generate send everything once, however often they are killed and restarted', () => {
  const at = tempFolder();
  const generate = ['generate', '--trades', String(TRADES), '--users', '500', '--start', '2026-01-05'];

  /** Bytes of a log's segments; other files come and go. */
  const bytesOf = (dir: string): number => {
    const partitions = existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('partition-')) : [];
    const segments = partitions.flatMap((name) => readdirSync(join(dir, name)).map((file) => join(dir, name, file)));
    return segments.reduce((sum, path) => sum + statSync(path).size, 0);
  };
  /** Runs a command that fills a log, and kills it as soon as it has written more; returns how often it was running. */
  const killedWhileItWrites = async (args: readonly string[], log: string): Promise<number> => {
    let killed = 0;
    for (let life = 0; life < 4; life++) {
      const running = start(args);
      const before = bytesOf(at(log));
      while (running.child.exitCode === null && bytesOf(at(log)) <= before + 300_000) await pause(1);
      if (await killHard(running)) killed++;
    }
    return killed;
  };
  const messagesIn = async (log: string): Promise<readonly string[]> =>
    (await readLog(at(log))).map((message) => `${message.partition} ${valueOf(message)}`);

  before(async () => {
    await must([...generate, '--to', `log:${at('log')}`]);
    await writeFile(at('trades.jsonl'), (await must([...generate, '--to', '-'])).stdout);
  });

  for (const what of ['generate', 'import'] as const) {
    it(`${what}, killed again and again`, async () => {
      const log = `${what}-killed`;
      const args = what === 'import' ? ['import', at('trades.jsonl')] : generate;
      const command = [...args, '--to', `log:${at(log)}`, '--json'];
      expect(await killedWhileItWrites(command, log), 'kills that found it running').to.be.at.least(1);
      const ended = lastLine(await must(command));
      expect(Number(ended['before'])).to.be.greaterThan(0);
      expect(await messagesIn(log)).to.deep.equal(await messagesIn('log'));
      const again = lastLine(await must(command));
      expect(again).to.include({ ok: true, before: TRADES, [what === 'import' ? 'lines' : 'trades']: 0 });
      expect(await messagesIn(log)).to.have.length(TRADES);
      await must([...command, '--again']);
      expect(await messagesIn(log)).to.have.length(2 * TRADES);
    });
  }

  it('import reads only the lines that were added to a file', async () => {
    const lines: string[] = [];
    for await (const line of createInterface(createReadStream(at('trades.jsonl')))) lines.push(line);
    await writeFile(at('daily.jsonl'), lines.slice(0, 100).join('\n'));
    const command = ['import', at('daily.jsonl'), '--to', `log:${at('daily')}`, '--json'];
    await must(command);
    await appendFile(at('daily.jsonl'), `\n${lines.slice(100, 150).join('\n')}`);
    expect(lastLine(await must(command))).to.include({ lines: 50, before: 100 });
    expect(await messagesIn('daily')).to.have.length(150);
  });

  it('an oversized line is one dead letter with its number and size, and the lines after it are imported', async () => {
    const good = '{"user":"ann","symbol":"IBM","side":"buy","quantity":1,"price":1,"time":"2026-01-05T15:00:00Z"}';
    const header = 'user,symbol,side,quantity,price,time\n';
    const row = 'ann,IBM,buy,1,1,2026-01-05T15:00:00Z';
    const files = [
      ['long.jsonl', `${good}\n`, `\n${good}`, 2],
      ['long.csv', `${header}${row}\n`, `\n${row}\n`, 3],
      ['long.json', `[${good},"`, `",${good}]`, 2],
    ] as const;
    for (const [name, before, after, line] of files) {
      const out = createWriteStream(at(name));
      out.write(before);
      for (let size = 0; size < OVERSIZED; size += 1024 * 1024) out.write('x'.repeat(1024 * 1024));
      await new Promise((resolve) => out.end(after, () => resolve(undefined)));
      const ended = await must(['import', at(name), '--to', `log:${at(name)}-log`, '--json']);
      expect(lastLine(ended), name).to.include({ ok: true, lines: 3, bad: 1 });
      await stream(at(`${name}-log`), at(`${name}-tables`), at(`${name}-checkpoints`));
      const list = ['dead-letters', 'list', '--tables', `embedded:${at(`${name}-tables`)}`, '--format', 'jsonl'];
      const [letter, ...others] = (await must(list)).stdout.trimEnd().split('\n');
      expect(others, name).to.deep.equal([]);
      const { cause, message } = JSON.parse(letter ?? '') as { cause: string; message: string };
      expect(cause, name).to.match(new RegExp(`of ${OVERSIZED}|of ${OVERSIZED + 2} bytes`));
      expect(cause, name).to.match(new RegExp(`\\(from ${name.replace('.', '\\.')}:${line}\\)$`));
      expect(message.length, name).to.equal(4_096);
      await archive(at(`${name}-log`), at(`${name}-archive`));
      await batch(at(`${name}-archive`), at(`${name}-batched`), at(`${name}-batch-checkpoints`));
      const made = await dump(at(`${name}-tables`));
      expect(await dump(at(`${name}-batched`)), name).to.deep.equal(made.filter((line) => !ofEmpty(line)));
    }
  });
});
