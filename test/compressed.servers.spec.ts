import { join } from 'node:path';
import { useKafka } from '@stockafolio/servers/mocha';
import { expect } from 'chai';
import { dump, expectSameLines } from './support/dumps.js';
import { newTopic } from './support/kafka-place.js';
import { COMMAND, must, ROOT, startNode, type Ended } from './support/run-command.js';
import { tempFolder } from './support/temp-folder.js';

/** Runs `stockafolio` as if a package were not installed. */
function without(name: string, args: readonly string[]): Promise<Ended> {
  const hide = ['--import', join(ROOT, 'test', 'support', 'hidden-package.mjs')];
  process.env['HIDDEN_PACKAGE'] = name;
  try {
    return startNode([...hide, COMMAND, ...args]).ended;
  } finally {
    delete process.env['HIDDEN_PACKAGE'];
  }
}

/** All rows except those that name the source. */
async function figures(tables: string): Promise<readonly string[]> {
  return (await dump(tables)).filter((line) => !line.startsWith('{"table":"progress"'));
}

describe('a topic with messages of other compressions', () => {
  const at = tempFolder();
  const kafka = useKafka();

  for (const [compression, name, line] of [
    ['snappy', 'snappy', 'npm install snappy@7'],
    ['lz4', 'lz4-napi', 'npm install lz4-napi@2'],
  ] as const) {
    it(`without the package for ${compression} ends a stream and an archiver before them, naming it; with it, they continue`, async () => {
      const { url } = newTopic(kafka());
      const log = `log:${at(compression)}`;
      for (const to of [url, log]) {
        const generate = ['generate', '--users', '50', '--start', '2026-01-05', '--to'];
        await must([...generate, to, '--trades', '1000', '--seed', '1']);
        const compressed = to === url ? `${url}?compression=${compression}` : to;
        await must([...generate, compressed, '--trades', '1000', '--seed', '2']);
      }
      const streaming = (source: string, into: string): string[] => [
        ...['stream', '--source', source, '--tables', `embedded:${at(into)}`],
        ...['--checkpoints', `file:${at(`${into}-checkpoints`)}`, '--until-caught-up'],
      ];
      const archiving = [
        'archive',
        '--source',
        url,
        '--files',
        `file:${at(`${compression}-files`)}`,
        '--until-caught-up',
      ];
      for (const args of [streaming(url, `${compression}-tables`), archiving]) {
        const ended = await without(name, args);
        expect(ended.code, ended.stderr).to.equal(2);
        expect(ended.stderr).to.contain('ERR_PEER_MISSING').and.contain(line).and.not.contain('    at ');
        await must(args);
      }
      await must(streaming(log, `${compression}-expected`));
      const expected = await figures(at(`${compression}-expected`));
      expectSameLines(await figures(at(`${compression}-tables`)), expected, 'streamed');
      const places = [
        '--files',
        `file:${at(`${compression}-files`)}`,
        '--tables',
        `embedded:${at(`${compression}-batch`)}`,
      ];
      await must(['batch', ...places, '--checkpoints', `file:${at(`${compression}-batch-checkpoints`)}`]);
      expectSameLines(await figures(at(`${compression}-batch`)), expected, 'archived');
    });
  }
});
