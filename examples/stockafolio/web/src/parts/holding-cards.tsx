import { useState } from 'preact/hooks';
import type { WireHolding } from '@stockafolio/example/api';
import { ratio } from '../figures/money.js';
import { count, percent, shares } from '../figures/numbers.js';
import { follow } from '../path.js';
import { Amount } from './amount.js';
import { isShort } from './holding-columns.js';
import { HoldingLine } from './holding-line.js';
import { Percent } from './percent.js';
import { useDayLines } from './use-day-lines.js';

/** Cards that are added at a time. */
const STEP = 10;

interface HoldingCardsProps {
  readonly rows: readonly WireHolding[];
  readonly api: string;
  readonly hrefOf: (symbol: string) => string;
}

/** Holdings as cards, for a phone: the first ones, and more on request. */
export function HoldingCards({ rows, api, hrefOf }: HoldingCardsProps) {
  const [most, setMost] = useState(STEP);
  const shown = rows.slice(0, most);
  const lineOf = useDayLines(
    api,
    shown.map(({ symbol }) => symbol),
  );
  const left = rows.length - shown.length;
  return (
    <>
      <ul class="cards" aria-label="Holdings">
        {shown.map((holding) => (
          <Card key={holding.symbol} holding={holding} line={lineOf(holding.symbol)} href={hrefOf(holding.symbol)} />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="quiet more" onClick={() => setMost(most + STEP)}>
          {count(Math.min(STEP, left))} more of {count(left)}
        </button>
      )}
    </>
  );
}

interface CardProps {
  readonly holding: WireHolding;
  readonly line: readonly number[] | undefined;
  readonly href: string;
}

function Card({ holding: h, line, href }: CardProps) {
  const ofCost = h.unrealized === null ? undefined : ratio(h.unrealized, h.cost);
  return (
    <li class="card" data-symbol={h.symbol}>
      <div class="card-name">
        <a class="plain" href={href} onClick={follow}>
          <b>{h.symbol}</b>
        </a>
        <span class="company">{h.name === h.symbol ? h.sector : h.name}</span>
      </div>
      <HoldingLine holding={h} line={line} />
      <div class="card-value">
        <span class="card-amount">
          <Amount value={h.marketValue} />
        </span>
        {h.dayMove !== null && (
          <span>
            <span class="card-label">day </span>
            <Percent of={h.dayMove} />
          </span>
        )}
      </div>
      <p class="card-more">
        <span>
          {isShort(h) && <span class="tag">short</span>}
          {shares(h.quantity)} shares
          {h.weight !== null && <> · {percent(h.weight)}</>}
        </span>
        <span class="card-gain">
          <span class="card-label">
            <span class="visually-hidden">Unrealized </span>P&L{' '}
          </span>
          <Amount value={h.unrealized} as="gain" />{' '}
          <Percent of={ofCost === undefined ? undefined : Math.round(ofCost)} />
        </span>
      </p>
    </li>
  );
}
