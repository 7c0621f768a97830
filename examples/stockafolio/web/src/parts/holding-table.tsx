import { useRef } from 'preact/hooks';
import type { WireHolding } from '@stockafolio/example/api';
import { ratio } from '../figures/money.js';
import { percent, shares } from '../figures/numbers.js';
import { Amount } from './amount.js';
import { columns, isShort, type ColumnName } from './holding-columns.js';
import { HoldingLine } from './holding-line.js';
import { Percent } from './percent.js';
import { SymbolName } from './symbol-name.js';
import { useDayLines, type LineOf } from './use-day-lines.js';
import { useWindow } from './windowed.js';

/** Height of a row in the style sheet, in pixels. */
const ROW = 44;

interface HoldingTableProps {
  readonly rows: readonly WireHolding[];
  readonly api: string;
  readonly hrefOf: (symbol: string) => string;
  readonly sort: { readonly by: ColumnName; readonly down: boolean };
  readonly setSort: (sort: { by: ColumnName; down: boolean }) => void;
}

/** Holdings as a table; of thousands of rows only the visible ones are drawn. */
export function HoldingTable({ rows, api, hrefOf, sort, setSort }: HoldingTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(box, ROW, rows.length);
  const drawn = rows.slice(first, end);
  const lineOf = useDayLines(
    api,
    drawn.map(({ symbol }) => symbol),
  );
  return (
    <div ref={box} class="scroll holdings-box" tabIndex={0} role="region" aria-label="Holdings, table">
      <table class="holdings" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ name, title, number }) => (
              <th
                key={name}
                scope="col"
                class={`col-${name} ${number ? 'number' : ''}`}
                aria-sort={sort.by !== name ? 'none' : sort.down ? 'descending' : 'ascending'}
              >
                <button
                  type="button"
                  onClick={() => setSort({ by: name, down: sort.by === name ? !sort.down : number })}
                >
                  {title}
                  <span class="sort" aria-hidden="true">
                    {sort.by !== name ? '' : sort.down ? '↓' : '↑'}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} />
          {drawn.map((holding, n) => (
            <HoldingRow key={holding.symbol} holding={holding} index={first + n + 2} lineOf={lineOf} hrefOf={hrefOf} />
          ))}
          <Spacer rows={rows.length - end} />
        </tbody>
      </table>
    </div>
  );
}

interface HoldingRowProps {
  readonly holding: WireHolding;
  readonly index: number;
  readonly lineOf: LineOf;
  readonly hrefOf: (symbol: string) => string;
}

function HoldingRow({ holding: h, index, lineOf, hrefOf }: HoldingRowProps) {
  const ofCost = h.unrealized === null ? undefined : ratio(h.unrealized, h.cost);
  return (
    <tr aria-rowindex={index} data-symbol={h.symbol}>
      <th scope="row">
        <SymbolName symbol={h.symbol} name={h.name} href={hrefOf(h.symbol)} />
      </th>
      <td class="sector-cell" title={h.sector}>
        {h.sector}
      </td>
      <td class="number">
        {isShort(h) && <span class="tag">short</span>} {shares(h.quantity)}
      </td>
      <td class="number">
        <Amount value={h.averageCost} as="price" currency={h.currency} />
      </td>
      <td class="number">
        <span class="with-line">
          <HoldingLine holding={h} line={lineOf(h.symbol)} />
          <span class="two">
            <Amount value={h.price} as="price" />
            <Percent of={h.dayMove} />
          </span>
        </span>
      </td>
      <td class="number">
        <Amount value={h.marketValue} />
      </td>
      <td class="number">
        <span class="two">
          <Amount value={h.unrealized} as="gain" />
          <Percent of={ofCost === undefined ? undefined : Math.round(ofCost)} />
        </span>
      </td>
      <td class="number">
        <Amount value={h.dayChange} as="gain" />
      </td>
      <td class="number">{h.weight === null ? 'n/a' : percent(h.weight)}</td>
    </tr>
  );
}

/** Stands for rows that are not drawn, so that the scroll bar is right. */
function Spacer({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={columns.length} style={{ height: `${rows * ROW}px` }} />
    </tr>
  );
}
