import { useMemo, useRef, useState } from 'preact/hooks';
import type { WireHolding } from '@stockafolio/example/api';
import { count, percent, shares } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { Amount } from './amount.js';
import { columns, sortedBy, type ColumnName } from './holding-columns.js';
import { Panel } from './panel.js';
import { SymbolName } from './symbol-name.js';
import { useWindow } from './windowed.js';

/** Height of a row in the style sheet, in pixels. */
const ROW = 40;

type Side = 'all' | 'long' | 'short';

/** A user's holdings, with sorting and search; of thousands of rows only the visible ones are drawn. */
export function Holdings({ live, actions }: { readonly live: Live; readonly actions: preact.ComponentChildren }) {
  const rows = live.parts.rows('holdings');
  const [sort, setSort] = useState<{ by: ColumnName; down: boolean }>({ by: 'marketValue', down: true });
  const [text, setText] = useState('');
  const [side, setSide] = useState<Side>('all');
  const [sector, setSector] = useState('');
  const all = useMemo(() => [...rows.values()] as WireHolding[], [rows]);
  const sectors = useMemo(() => [...new Set(all.map((holding) => holding.sector))].sort(), [all]);
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return sortedBy(
      all.filter(
        (h) =>
          (wanted === '' || h.symbol.toLowerCase().includes(wanted) || h.name.toLowerCase().includes(wanted)) &&
          (sector === '' || h.sector === sector) &&
          (side === 'all' || isShort(h) === (side === 'short')),
      ),
      sort.by,
      sort.down,
    );
  }, [all, text, side, sector, sort]);
  return (
    <Panel
      title="Holdings"
      area="holdings"
      note={shown.length === all.length ? count(all.length) : `${count(shown.length)} of ${count(all.length)}`}
      actions={actions}
    >
      <div class="filters">
        <input
          type="search"
          aria-label="Search holdings by symbol or name"
          placeholder="Symbol or name"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <select aria-label="Sector" value={sector} onChange={(event) => setSector(event.currentTarget.value)}>
          <option value="">All sectors</option>
          {sectors.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label="Long or short"
          value={side}
          onChange={(event) => setSide(event.currentTarget.value as Side)}
        >
          <option value="all">Long and short</option>
          <option value="long">Long only</option>
          <option value="short">Short only</option>
        </select>
      </div>
      <HoldingTable rows={shown} sort={sort} setSort={setSort} empty={all.length === 0} />
    </Panel>
  );
}

interface HoldingTableProps {
  readonly rows: readonly WireHolding[];
  readonly sort: { readonly by: ColumnName; readonly down: boolean };
  readonly setSort: (sort: { by: ColumnName; down: boolean }) => void;
  readonly empty: boolean;
}

function HoldingTable({ rows, sort, setSort, empty }: HoldingTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(box, ROW, rows.length);
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
          {rows.slice(first, end).map((holding, n) => (
            <HoldingRow key={holding.symbol} holding={holding} index={first + n + 2} />
          ))}
          <Spacer rows={rows.length - end} />
        </tbody>
      </table>
      {rows.length === 0 && (
        <p class="empty">{empty ? 'Nothing is held at the moment.' : 'No holding is like that.'}</p>
      )}
    </div>
  );
}

function HoldingRow({ holding: h, index }: { readonly holding: WireHolding; readonly index: number }) {
  return (
    <tr aria-rowindex={index} data-symbol={h.symbol}>
      <th scope="row">
        <SymbolName {...h} />
      </th>
      <td class="sector-cell" title={h.sector}>
        {h.sector}
      </td>
      <td class="number">
        {isShort(h) && <span class="tag">short</span>} {shares(h.quantity)}
      </td>
      <td class="number">
        <Amount value={h.averageCost} as="price" />
      </td>
      <td class="number">
        <Amount value={h.price} as="price" />
      </td>
      <td class="number">
        <Amount value={h.marketValue} />
      </td>
      <td class="number">
        <Amount value={h.unrealized} as="gain" />
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

function isShort({ quantity }: WireHolding): boolean {
  return String(quantity).startsWith('-');
}
