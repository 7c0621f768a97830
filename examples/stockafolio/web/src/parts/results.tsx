import type { ComponentChildren } from 'preact';
import type { WirePerformance, WireReturn } from '@stockafolio/example/api';
import { change, dayText } from '../figures/numbers.js';
import { Amount } from './amount.js';
import { Percent } from './percent.js';

/** The results of a range in numbers. */
export function Results({ of: { summary, range, points } }: { readonly of: WirePerformance }) {
  const { value, invested, profit, timeWeighted, moneyWeighted } = summary;
  const market = points.at(-1)?.market ?? null;
  return (
    <dl class="results" aria-label="Results in numbers">
      <Result name="Profit">
        <Amount value={profit} as="gain" />
      </Result>
      <Result name="Return" title="Time-weighted: whatever was paid in and out">
        <Rate of={timeWeighted} />
      </Result>
      <Result name="S&P 500" title="An index in which each symbol has the same weight; without dividends">
        <Rate
          of={market === null ? { rates: [], why: 'the index is not known' } : { rates: [market / 100 - 1], why: null }}
        />
      </Result>
      {range !== '1D' && (
        <Result name="XIRR, a year" title="Money-weighted: the yearly rate that your payments have earned">
          <Rate of={moneyWeighted} />
        </Result>
      )}
      <Result name="Value">
        <Amount value={value} />
      </Result>
      <Result name="Invested" title="Paid in since the beginning, less what was paid out">
        <Amount value={invested} />
      </Result>
    </dl>
  );
}

function Result({
  name,
  title,
  children,
}: {
  readonly name: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A rate; if several are right, all of them; without one the reason is its title. */
function Rate({ of: { rates, why } }: { readonly of: WireReturn }) {
  const [rate] = rates;
  if (rate === undefined) {
    return (
      <span class="unknown" title={why ?? undefined}>
        n/a
      </span>
    );
  }
  const basisPoints = rates.map((each) => Math.round(each * 10_000));
  if (basisPoints.length > 1) return <span class="figure">{basisPoints.map(change).join(' or ')}</span>;
  return (
    <data value={String(rate)}>
      <Percent of={Math.round(rate * 10_000)} />
    </data>
  );
}

/** What the figures leave out, and what they are exact up to. */
export function Limits({ of }: { readonly of: WirePerformance }) {
  const { points, summary, hasCash, otherCurrencies, differing, why } = of;
  if (why !== null) return null;
  const last = points.at(-1);
  // Before it there are no closes of symbols.
  const first = points.findIndex(({ market }) => market !== null);
  const since = first > 0 ? points[first]?.at.slice(0, 10) : undefined;
  const positions = (count: number, text: string): string =>
    count === 0 ? '' : `${count} ${count === 1 ? 'position' : 'positions'} ${text}.`;
  const notes = [
    hasCash ? '' : 'Only trades are known, so each counts as a payment.',
    positions(last?.unpriced ?? 0, 'without a price: the value is not known'),
    positions(last?.earlier ?? 0, 'at the close of an earlier day'),
    since === undefined ? '' : `The S&P 500 is known since ${dayText(since)}.`,
    positions(otherCurrencies, 'in another currency, not included'),
    positions(differing, 'with other shares now than the days add up to'),
    summary.timeWeighted.why === null || (last?.unpriced ?? 0) > 0 ? '' : `No return: ${summary.timeWeighted.why}.`,
  ].filter((note) => note !== '');
  return notes.length === 0 ? null : <p class="footnote">{notes.join(' ')}</p>;
}
