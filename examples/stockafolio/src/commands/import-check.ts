import { basename } from 'node:path';
import { counted, figure, Unfinished, type Reporter, type Toolkit } from '@stockafolio/cli';
import { formatMoney, jsonCodec } from '@stockafolio/core';
import { reportText } from '../import/broker/report.js';
import { TimeOrder } from '../import/in-time-order.js';
import type { ImportedLine } from '../import/trade-mapper.js';
import { sharesOf, worth } from '../quantity.js';
import { Trade } from '../trade.js';
import { checkedStatements, hasPreset, readStatements } from './import-broker.js';
import { expectPresetFlags, userOf, type ImportFlags } from './import-flags.js';
import { linesOf } from './imported-lines.js';

/** What a file of columns holds: what would be sent, and what is wrong with the rest. */
export interface CheckedFile {
  readonly file: string;
  readonly order: string;
  readonly trades: {
    readonly count: number;
    readonly buy: number;
    readonly sell: number;
    readonly bought: string;
    readonly sold: string;
  };
  readonly positions: readonly { readonly user: string; readonly symbol: string; readonly quantity: number | string }[];
  readonly notUnderstood: readonly { readonly line: number; readonly why: string }[];
}

const wire = jsonCodec(Trade);
const SHOWN = 50;
/** A file of a broker does not name its user, and a check needs none. */
const ANYONE = 'anyone';

/** Reads lines as an import does, and sends none. */
async function checkLines(
  file: string,
  lines: AsyncIterable<readonly ImportedLine[]>,
  order: () => string,
): Promise<CheckedFile> {
  const values = { buy: 0n, sell: 0n };
  const counts = { buy: 0, sell: 0 };
  const held = new Map<string, { user: string; symbol: string; quantity: bigint }>();
  const notUnderstood: { line: number; why: string }[] = [];
  for await (const batch of lines) {
    for (const { line, value, problem } of batch) {
      if (problem !== undefined) {
        notUnderstood.push({ line, why: problem });
        continue;
      }
      const { user, symbol, side, quantity, price } = wire.decode(value);
      counts[side] += 1;
      values[side] += worth(quantity, price);
      const key = JSON.stringify([user, symbol]);
      const position = held.get(key) ?? { user, symbol, quantity: 0n };
      position.quantity += BigInt(side === 'buy' ? quantity : -quantity);
      held.set(key, position);
    }
  }
  return {
    file,
    order: order(),
    trades: {
      count: counts.buy + counts.sell,
      ...counts,
      bought: formatMoney(values.buy),
      sold: formatMoney(values.sell),
    },
    positions: [...held.values()].map((position) => ({ ...position, quantity: sharesOf(position.quantity) })),
    notUnderstood,
  };
}

function checkText({ file, order, trades, positions, notUnderstood }: CheckedFile): string {
  const more = (count: number): string[] => (count > SHOWN ? [`    ... and ${figure(count - SHOWN)} more`] : []);
  return [
    `${file}: order ${order}`,
    `  trades      ${figure(trades.count)}: ${figure(trades.buy)} bought (${trades.bought} USD), ${figure(trades.sell)} sold (${trades.sold} USD)`,
    '  positions',
    ...positions.slice(0, SHOWN).map(({ user, symbol, quantity }) => `    ${user} ${symbol} ${quantity}`),
    ...more(positions.length),
    ...(notUnderstood.length === 0 ? [] : [`  not understood: ${counted(notUnderstood.length, 'line')}`]),
    ...notUnderstood.slice(0, SHOWN).map(({ line, why }) => `    ${file}:${line}: ${why}`),
    ...more(notUnderstood.length),
  ].join('\n');
}

/**
 * Says what an import of these files would do.
 *
 * @throws ERR_USAGE, for exit code 2, if a line is not understood or contradicts another
 */
export async function check(files: readonly string[], flags: ImportFlags, toolkit: Toolkit): Promise<void> {
  const reporter = toolkit.reporter(flags.json);
  if (hasPreset(flags)) {
    expectPresetFlags(flags);
    const found = checkedStatements(readStatements(files, userOf(flags) ?? ANYONE, flags), flags);
    const told = found.map((each) => ({ ...each, text: reportText(each.report) }));
    tellCheck(reporter, told, flags.json === true);
    return;
  }
  const told = [];
  for (const file of files) {
    const order = new TimeOrder();
    const report = await checkLines(basename(file), linesOf(file, basename(file), flags, order), () => order.change);
    told.push({ report, text: checkText(report), isUnderstood: report.notUnderstood.length === 0 });
  }
  tellCheck(reporter, told, flags.json === true);
}

/**
 * Prints what a check found.
 *
 * @throws ERR_USAGE, for exit code 2, if a line is not understood or contradicts another
 */
function tellCheck(
  reporter: Reporter,
  found: readonly { readonly text: string; readonly report: unknown; readonly isUnderstood: boolean }[],
  isJson: boolean,
): void {
  const files = found.map(({ report }) => report);
  const text = found.map((each) => each.text).join('\n');
  if (found.every((each) => each.isUnderstood)) {
    reporter.result(text, { ok: true, files });
    return;
  }
  if (!isJson) reporter.result(text, {});
  throw new Unfinished(
    'ERR_USAGE',
    'there are lines that are not understood, or contradict each other',
    { files },
    { hint: 'each is named with its reason; nothing was written' },
  );
}
