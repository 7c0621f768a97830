import { counted } from '@stockafolio/cli';
import { StockafolioError } from '@stockafolio/core';
import type { ImportedLine } from './trade-mapper.js';

/** After this many bad lines without a trade before them, the file counts as one without trades. */
const MOST = 1_000;
/** The same by bytes. */
const MOST_BYTES = 64 * 1024 * 1024;
const SHOWN = 10;

type Batches = AsyncIterable<readonly ImportedLine[]>;

/**
 * Lines as they come, held back until one of them is a trade: a file without any valid trade is rejected before
 * anything is written.
 *
 * @param name of the file
 * @throws ERR_USAGE naming what is wrong with the first lines, if there are lines and none of the first 1,000 is a
 * trade
 */
export async function* expectTrades(
  batches: Batches,
  name: string,
): AsyncGenerator<readonly ImportedLine[], void, undefined> {
  let held: ImportedLine[] | undefined = [];
  let bytes = 0;
  for await (const batch of batches) {
    if (held === undefined) {
      yield batch;
      continue;
    }
    for (const line of batch) {
      held.push(line);
      bytes += line.value.length;
    }
    if (batch.some(({ problem }) => problem === undefined)) {
      yield held;
      held = undefined;
    } else if (held.length >= MOST || bytes > MOST_BYTES)
      throw noTrades(held, name, `none of the first ${counted(held.length, 'line')} is a trade`);
  }
  if (held === undefined || held.length === 0) return;
  throw noTrades(
    held,
    name,
    held.length === 1 ? 'its only line is not a trade' : `none of its ${counted(held.length, 'line')} is a trade`,
  );
}

function noTrades(lines: readonly ImportedLine[], name: string, what: string): StockafolioError {
  const shown = lines.slice(0, SHOWN).map(({ line, problem }) => `\n  ${name}:${line}: ${problem ?? ''}`);
  const more = lines.length > SHOWN ? '\n  ...' : '';
  return new StockafolioError('ERR_USAGE', `${name} was not imported: ${what}${shown.join('')}${more}`, {
    hint: 'fix the file, or say how to read it: see --map, --set, --zone, --decimal-comma and the others of import --help',
  });
}
