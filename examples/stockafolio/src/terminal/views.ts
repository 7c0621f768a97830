import { counted } from '@stockafolio/cli';
import { formatMoney } from '@stockafolio/core';
import type { FirmFigures } from '../figures/firm-figures.js';
import type { PortfolioFigures } from '../figures/portfolio-figures.js';
import { SHARE, sharesText } from '../quantity.js';

const BAR = 20;

/** Dollars and cents with thousands separators: `-1,234.50`. */
export function dollars(units: number | bigint): string {
  const [whole = '', cents = ''] = formatMoney(units).split('.');
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${cents.slice(0, 2)}`;
}

/** Shares with thousands separators: `-1,234.5`. */
function grouped(units: number | bigint): string {
  const [whole = '', ...fraction] = sharesText(units).split('.');
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','), ...fraction].join('.');
}

function shares(volume: bigint): string {
  return `${grouped(volume)} share${volume === BigInt(SHARE) ? '' : 's'}`;
}

function bar(part: number): string {
  return '#'.repeat(Math.round(part * BAR)).padEnd(BAR, '.');
}

/** A user's dashboard as lines of text. */
export function userView(figures: PortfolioFigures): string[] {
  const { user, trades, volume, value, marketValue, unrealized, gross, realized, holdings, sectors, latest } = figures;
  return [
    `USER ${user}   ${counted(trades, 'trade')}, ${shares(volume)}, ${dollars(value)} USD traded`,
    `  market value ${dollars(marketValue)}   unrealized ${dollars(unrealized)}   realized ${dollars(realized)}`,
    ...holdings.slice(0, 6).map((h) => {
      const name = `${h.symbol.padEnd(6)} ${h.name.slice(0, 24).padEnd(24)}`;
      const short = h.quantity < 0 ? ' short' : '';
      return `  ${name} ${grouped(h.quantity).padStart(8)} x   value ${dollars(h.marketValue ?? 0).padStart(14)}   cost ${dollars(h.cost).padStart(14)}${short}`;
    }),
    ...sectors
      .slice(0, 4)
      .map(({ sector, value }) => ({ sector, part: Number(value) / Math.max(1, Number(gross)) }))
      .map(({ sector, part }) => `  ${bar(part)} ${(part * 100).toFixed(0).padStart(3)} % ${sector}`),
    ...latest
      .slice(0, 4)
      .map(
        (t) =>
          `  ${new Date(Number(t['time'])).toISOString().slice(11, 23)} ${String(t['side']).padEnd(4)} ${sharesText(t.quantity).padStart(5)} ${String(t['symbol']).padEnd(6)} at ${dollars(Number(t['price']))}`,
      ),
  ];
}

/** The firm's dashboard as lines of text. */
export function firmView(figures: FirmFigures): string[] {
  const { day, total, traders, sectors, minutes } = figures;
  const most = minutes.reduce((best, minute) => Math.max(best, minute.trades), 1);
  return [
    `FIRM ${day}   ${counted(total.trades, 'trade')}, ${shares(total.volume)}, ${dollars(total.value)} USD`,
    ...traders
      .slice(0, 5)
      .map(
        (t, n) => `  ${n + 1}. ${t.user.padEnd(12)} ${dollars(t.value).padStart(16)}   ${counted(t.trades, 'trade')}`,
      ),
    ...sectors
      .slice(0, 5)
      .map(
        (s) =>
          `  ${bar(Number(s.value) / Math.max(1, Number(total.value)))} ${dollars(s.value).padStart(18)} ${s.sector}`,
      ),
    ...minutes.slice(-4).map((m) => `  ${clock(m.minute)} ${bar(m.trades / most)} ${counted(m.trades, 'trade')}`),
  ];
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
