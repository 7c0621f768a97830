import { useRef } from 'preact/hooks';
import type { WireSymbolDay } from '@stockafolio/example/api';
import { signOf } from '../figures/money.js';
import { change, count, percent, shares } from '../figures/numbers.js';
import { Amount } from './amount.js';
import { NotKnown } from './not-known.js';
import { SortHeader } from './sort-header.js';
import { boughtPart, symbolColumns, type SymbolColumn } from './symbol-columns.js';
import { SymbolName } from './symbol-name.js';
import { useWindow } from './windowed.js';

/** Height of a row in the style sheet, in pixels. */
const ROW = 44;

interface SymbolTableProps {
  readonly rows: readonly WireSymbolDay[];
  readonly by: SymbolColumn;
  readonly down: boolean;
  readonly sort: (by: SymbolColumn, down: boolean) => void;
}

/** The symbols of a day; of hundreds of rows only the visible ones are drawn. */
export function SymbolTable({ rows, by, down, sort }: SymbolTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(box, ROW, rows.length);
  return (
    <div ref={box} class="scroll symbols-box" tabIndex={0} role="region" aria-label="Symbols, table">
      <table class="sortable symbols" aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {symbolColumns.map(({ name, title, number }) => (
              <SortHeader
                key={name}
                title={title}
                number={number}
                sorted={by !== name ? undefined : down ? 'descending' : 'ascending'}
                choose={() => sort(name, by === name ? !down : number)}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} />
          {rows.slice(first, end).map((row, n) => (
            <SymbolRow key={row.symbol} row={row} index={first + n + 2} />
          ))}
          <Spacer rows={rows.length - end} />
        </tbody>
      </table>
    </div>
  );
}

function SymbolRow({ row, index }: { readonly row: WireSymbolDay; readonly index: number }) {
  const bought = boughtPart(row);
  return (
    <tr aria-rowindex={index} data-symbol={row.symbol}>
      <th scope="row">
        <SymbolName {...row} />
      </th>
      <td class="sector-cell">{row.sector ?? <NotKnown why="not a member of the S&P 500" />}</td>
      <td class="number">
        <Amount value={row.value} />
      </td>
      <td class="number">{count(row.trades)}</td>
      <td class="number">{shares(row.volume)}</td>
      <td class="number">{bought === undefined ? <NotKnown /> : percent(bought)}</td>
      <td class="number">
        {row.price === null ? <NotKnown why="traded on a later day" /> : <Amount value={row.price} as="price" />}
      </td>
      <td class="number">
        {row.basisPoints === null ? (
          <NotKnown why="traded on a later day" />
        ) : (
          <span class={`figure ${['loss', '', 'gain'][signOf(String(row.basisPoints)) + 1]}`}>
            {change(row.basisPoints)}
          </span>
        )}
      </td>
    </tr>
  );
}

/** Stands for rows that are not drawn, so that the scroll bar is right. */
function Spacer({ rows }: { readonly rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={symbolColumns.length} style={{ height: `${rows * ROW}px` }} />
    </tr>
  );
}
