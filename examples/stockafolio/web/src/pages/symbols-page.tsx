import { useMemo } from 'preact/hooks';
import type { WireSymbolDay } from '@stockafolio/example/api';
import { NO_SECTOR, tradedItem } from '../charts/map-items.js';
import { Treemap } from '../charts/treemap.js';
import { count, dayText } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { DayChoice } from '../parts/day-choice.js';
import { Home } from '../parts/home.js';
import { Panel } from '../parts/panel.js';
import { SectorChoice } from '../parts/sector-choice.js';
import { symbolsSkeleton } from '../parts/skeleton.js';
import { Status } from '../parts/status.js';
import { sortedSymbols, symbolSorts, type SymbolColumn } from '../parts/symbol-columns.js';
import { SymbolTable } from '../parts/symbol-table.js';
import { Title } from '../parts/title.js';
import { useLive } from '../parts/use-live.js';
import { useSetting, useText } from '../setting.js';

/** All symbols that the firm's users traded on a day. */
export function SymbolsPage({ day }: { readonly day: string | undefined }) {
  const live = useLive(
    day === undefined ? '/api/stream/symbols' : `/api/stream/symbols?day=${encodeURIComponent(day)}`,
  );
  const shown = live.parts.single('day') as string | undefined;
  const newest = live.parts.single('newestDay') as string | undefined;
  const refusal = live.refusal.value;
  if (refusal !== undefined) {
    return (
      <section class="message">
        <Title text="Symbols">The symbols are not shown</Title>
        <p>{refusal.message}</p>
        {day !== undefined && refusal.status === 400 && <DayChoice shown={undefined} asked={undefined} />}
        <Home />
      </section>
    );
  }
  return (
    <>
      <div class="page-head">
        <div>
          <Title text="Symbols">Symbols</Title>
          <p class="sub">{shown === undefined ? 'Reading' : dayText(shown)}</p>
        </div>
        <Status live={live} over={shown !== undefined && newest !== undefined && shown < newest} />
        <DayChoice shown={shown} asked={day} />
      </div>
      {shown === undefined ? symbolsSkeleton : <Symbols live={live} day={day} />}
    </>
  );
}

function Symbols({ live, day }: { readonly live: Live; readonly day: string | undefined }) {
  const rows = live.parts.rows('symbols');
  const [text, setText] = useText('find');
  const [sector, setSector] = useText('sector');
  const [sort, setSort] = useSetting('sort', symbolSorts, '-value');
  const down = sort.startsWith('-');
  const by = (down ? sort.slice(1) : sort) as SymbolColumn;
  const all = useMemo(() => [...rows.values()] as WireSymbolDay[], [rows]);
  const sectors = useMemo(() => [...new Set(all.map((row) => row.sector ?? NO_SECTOR))].sort(), [all]);
  const items = useMemo(() => all.map(tradedItem), [all]);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return all.filter(
      (row) =>
        (sector === '' || (row.sector ?? NO_SECTOR) === sector) &&
        (row.symbol.toLowerCase().startsWith(wanted) || row.name.toLowerCase().includes(wanted)),
    );
  }, [all, text, sector]);
  const sorted = useMemo(() => sortedSymbols(found, by, down), [found, by, down]);
  // Below the map the table shows the row of the symbol; the map stays as it is.
  const hrefOf = (symbol: string): string =>
    `/symbols?${new URLSearchParams({ ...(day === undefined ? {} : { day }), find: symbol, sector }).toString()}`;
  const map = items.length > 0 && (
    <Treemap
      {...{ title: 'Map of the market', note: 'by value traded', whole: 'value traded' }}
      {...{ since: "since the day's first trade", items, sector, choose: setSector, hrefOf }}
    />
  );
  return (
    <>
      <div class="symbols-map">{map}</div>
      <Panel
        title="Symbols traded"
        note={found.length === all.length ? count(all.length) : `${count(found.length)} of ${count(all.length)}`}
      >
        <div class="filters">
          <input
            type="search"
            aria-label="Search by symbol or name"
            placeholder="Symbol or name"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <SectorChoice
            sectors={[...new Set([...sectors, ...(sector === '' ? [] : [sector])])]}
            chosen={sector}
            choose={setSector}
          />
        </div>
        <SymbolTable
          rows={sorted}
          by={by}
          down={down}
          sort={(column, downwards) => setSort(downwards ? `-${column}` : column)}
        />
        {sorted.length === 0 && (
          <p class="empty">{all.length === 0 ? 'No trades on this day.' : 'No symbol is like that.'}</p>
        )}
      </Panel>
    </>
  );
}
