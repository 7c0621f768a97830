import type { WireMove, WireSymbolTotal } from '@stockafolio/example/api';
import { signOf } from '../figures/money.js';
import { change, count } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { Amount } from './amount.js';
import { Panel } from './panel.js';
import { ColumnTable } from './column-table.js';
import { SymbolName } from './symbol-name.js';

/** The symbols that were traded most on a day, by value. */
export function TopSymbols({ live }: { readonly live: Live }) {
  const symbols = live.parts.ranked('symbols') as WireSymbolTotal[];
  const most = Number(symbols[0]?.value ?? 1) || 1;
  return (
    <Panel title="Most traded symbols" area="symbols">
      <ColumnTable
        isRanked
        empty="No trades on this day."
        label="Most traded symbols"
        rows={symbols}
        keyOf={({ symbol }) => symbol}
        part={({ value }) => Number(value) / most}
        columns={[
          { name: 'Symbol', cell: (row) => <SymbolName {...row} /> },
          { name: 'Value', number: true, cell: ({ value }) => <Amount value={value} /> },
          { name: 'Trades', number: true, cell: ({ trades }) => count(trades) },
        ]}
      />
    </Panel>
  );
}

/** The symbols whose price has moved most since the first trade of the day. */
export function BiggestMoves({ live }: { readonly live: Live }) {
  const moves = live.parts.ranked('moves') as WireMove[];
  return (
    <Panel title="Biggest moves" area="moves" note="since the day's first trade">
      <ColumnTable
        isRanked
        empty="No trades on this day."
        label="Biggest moves"
        rows={moves}
        keyOf={({ symbol }) => symbol}
        columns={[
          { name: 'Symbol', cell: (row) => <SymbolName {...row} /> },
          { name: 'Price', number: true, cell: ({ price }) => <Amount value={price} as="price" /> },
          { name: 'Change', number: true, cell: ({ basisPoints }) => <Move basisPoints={basisPoints} /> },
        ]}
      />
    </Panel>
  );
}

function Move({ basisPoints }: { readonly basisPoints: number }) {
  return <span class={`figure ${['loss', '', 'gain'][signOf(String(basisPoints)) + 1]}`}>{change(basisPoints)}</span>;
}
