import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { WireHolding } from '@stockafolio/example/api';
import { count } from '../figures/numbers.js';
import { columns, isShort, sortedBy, type ColumnName } from './holding-columns.js';
import { HoldingCards } from './holding-cards.js';
import { HoldingTable } from './holding-table.js';
import { narrow } from './narrow.js';
import { Panel } from './panel.js';
import { SectorChoice } from './sector-choice.js';
import { useSetting, useText } from '../setting.js';

const SIDES = ['all', 'long', 'short'] as const;
type Side = (typeof SIDES)[number];

/** How holdings can be sorted, as an address says it: `price`, or in descending order `-price`. */
const SORTS = columns.flatMap(({ name }) => [name, `-${name}`] as const);

interface HoldingsProps {
  readonly holdings: readonly WireHolding[];
  /** The API address of the user. */
  readonly api: string;
  readonly hrefOf: (symbol: string) => string;
  /** The sector whose holdings are shown; all if empty. */
  readonly sector: string;
  readonly chooseSector: (sector: string) => void;
  readonly actions: ComponentChildren;
}

/** A user's holdings, with sorting and search: as a table, and as cards on a phone. */
export function Holdings({ holdings: all, api, hrefOf, sector, chooseSector, actions }: HoldingsProps) {
  const [order, setOrder] = useSetting('sort', SORTS, '-marketValue');
  const [text, setText] = useText('find');
  const [side, setSide] = useSetting('side', SIDES, 'all');
  const sort = useMemo(() => {
    const down = order.startsWith('-');
    return { by: (down ? order.slice(1) : order) as ColumnName, down };
  }, [order]);
  const setSort = ({ by, down }: { readonly by: ColumnName; readonly down: boolean }): void =>
    setOrder(down ? `-${by}` : by);
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
  const list = { rows: shown, api, hrefOf };
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
        <SectorChoice sectors={sectors} chosen={sector} choose={chooseSector} />
        <select
          aria-label="Long or short"
          value={side}
          onChange={(event) => setSide(event.currentTarget.value as Side)}
        >
          <option value="all">Long and short</option>
          <option value="long">Long only</option>
          <option value="short">Short only</option>
        </select>
        {narrow.value && (
          <select
            aria-label="Sort by"
            value={sort.by}
            onChange={(event) => setSort(sortOf(event.currentTarget.value as ColumnName))}
          >
            {columns.map(({ name, title }) => (
              <option key={name} value={name}>
                By {title.toLowerCase().replace('p&l', 'P&L')}
              </option>
            ))}
          </select>
        )}
      </div>
      {shown.length === 0 ? (
        <p class="empty">{all.length === 0 ? 'Nothing is held at the moment.' : 'No holding is like that.'}</p>
      ) : narrow.value ? (
        <HoldingCards {...list} />
      ) : (
        <HoldingTable {...list} sort={sort} setSort={setSort} />
      )}
    </Panel>
  );
}

/** Numbers are first sorted in descending order. */
function sortOf(by: ColumnName): { by: ColumnName; down: boolean } {
  return { by, down: columns.some(({ name, number }) => name === by && number) };
}
