import { dumpLine, stockafolioOracle } from '@stockafolio/conformance';
import { expectSameLines, rowsOf } from './dumps.js';
import { readLog, valueOf, type LoggedMessage } from './read-log.js';

/**
 * Compares every table of Stockafolio in a dump with the oracle's result for the messages in the log; `isGood` tells
 * which of them are trades, by default all.
 */
export async function expectOracle(
  lines: readonly string[],
  log: string,
  isGood: (message: LoggedMessage) => boolean = () => true,
): Promise<void> {
  expectOracleOf(lines, (await readLog(log)).filter(isGood));
}

/** The same for these messages, all of which are trades. */
export function expectOracleOf(lines: readonly string[], messages: readonly LoggedMessage[]): void {
  const trades = messages.map((message) => ({
    partition: message.partition,
    offset: message.offset,
    value: valueOf(message),
  }));
  for (const [table, rows] of stockafolioOracle(trades)) {
    expectSameLines(rowsOf(lines, table), rows.map(dumpLine), table);
  }
}
