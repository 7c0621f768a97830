import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { change, count, percent } from '../figures/numbers.js';
import { Panel } from '../parts/panel.js';
import { sectorColor } from '../parts/sector-colors.js';
import { follow } from '../path.js';
import type { Box } from './squarify.js';
import { cellBy, HEAD, treemapCells, type Cell, type MapItem } from './treemap-cells.js';

interface TreemapProps {
  readonly items: readonly MapItem[];
  readonly title: string;
  /** What the areas are, beside the title. */
  readonly note: string;
  /** What the symbols make up together: `portfolio`. */
  readonly whole: string;
  /** From when on the colours show the move: `since the close`. */
  readonly since: string;
  /** The sector whose symbols fill the map; all if empty. */
  readonly sector: string;
  readonly choose: (sector: string) => void;
  readonly hrefOf: (symbol: string) => string;
}

/** Symbols by size, with the colour of their price's move on the day. From a sector to its symbols, to their pages. */
export function Treemap({ choose: chooseSector, ...props }: TreemapProps) {
  const { sector, title, note, since } = props;
  // What was pressed is gone with the other cells: the focus goes to the first of the new ones.
  const refocus = useRef(false);
  const choose = (next: string): void => {
    refocus.current = next !== sector;
    chooseSector(next);
  };
  return (
    <Panel
      title={title}
      area="map"
      note={sector === '' ? note : sector}
      {...(sector === ''
        ? {}
        : {
            actions: (
              <button type="button" class="quiet" onClick={() => choose('')}>
                All sectors
              </button>
            ),
          })}
    >
      <Cells {...{ ...props, choose, refocus }} />
      <p class="footnote move-key" aria-hidden="true">
        {[-3, -2, -1, 0, 1, 2, 3].map((step) => (
          <span key={step} class={`swatch ${moveClass(step * 100)}`} />
        ))}
        −3% to +3% {since}
      </p>
    </Panel>
  );
}

interface CellsProps extends TreemapProps {
  /** Whether the first cell takes the focus when the sector changes. */
  readonly refocus: RefObject<boolean>;
}

function Cells({ items, title, whole, sector, choose, hrefOf, refocus }: CellsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [active, setActive] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    setActive(0);
    if (refocus.current) (box.current?.firstElementChild as HTMLElement | null)?.focus();
    refocus.current = false;
  }, [sector]);
  const cells = useMemo(
    () => (size.width === 0 ? [] : treemapCells(items, sector, { left: 0, top: 0, ...size })),
    [items, sector, size],
  );
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && sector !== '') choose('');
    const next = cellBy(event.key, cells, active);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    (box.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div
      ref={box}
      class="treemap"
      role="group"
      aria-label={`${title}${sector === '' ? '' : `, ${sector}`}: arrow keys move, Enter opens`}
      onKeyDown={keys}
    >
      {cells.map((cell, n) => (
        <CellOf
          key={keyOf(cell)}
          cell={cell}
          {...{ whole, choose, hrefOf }}
          stop={{ tabIndex: n === Math.min(active, cells.length - 1) ? 0 : -1, onFocus: () => setActive(n) }}
        />
      ))}
    </div>
  );
}

interface CellProps {
  readonly cell: Cell;
  readonly whole: string;
  readonly choose: (sector: string) => void;
  readonly hrefOf: (symbol: string) => string;
  readonly stop: { readonly tabIndex: number; readonly onFocus: () => void };
}

function CellOf({ cell, whole, choose, hrefOf, stop }: CellProps) {
  if (cell.kind === 'symbol') return <SymbolCell item={cell.item} {...{ box: cell.box, hrefOf, stop }} />;
  const style = styleOf(cell.box);
  const { width, height } = cell.box;
  if (cell.kind === 'others') {
    const text = `${count(cell.count)} more`;
    return (
      <button type="button" class="cell move-none" style={style} onClick={() => choose(cell.sector)} {...stop}>
        {shownIf(width > 50, <b>{text}</b>, text)}
        <Hidden text={`, in ${cell.sector}; show its symbols`} />
      </button>
    );
  }
  // Without its symbols below.
  const alone = height > HEAD;
  const part = percent(Math.round(cell.weight * 10_000));
  return (
    <button
      type="button"
      class={alone ? `cell ${moveClass(cell.move)}` : 'cell cell-head'}
      title={`${cell.sector}: ${part}`}
      style={style}
      onClick={() => choose(cell.sector)}
      {...stop}
    >
      {width > 30 && (!alone || height > 60) && (
        <span class={`swatch sector-${sectorColor(cell.sector)}`} aria-hidden="true" />
      )}
      {shownIf(width > 40, <b>{cell.sector}</b>, cell.sector)}{' '}
      {shownIf(alone && width > 52 && height > 52, <span>{part}</span>, part)}
      <Hidden text={` of the ${whole}; show its symbols`} />
    </button>
  );
}

interface SymbolCellProps extends Pick<CellProps, 'hrefOf' | 'stop'> {
  readonly item: MapItem;
  readonly box: Box;
}

function SymbolCell({ item, box, hrefOf, stop }: SymbolCellProps) {
  const { symbol, move, detail } = item;
  const { width, height } = box;
  const fits = width > 7.5 * symbol.length + 8 && height > 18;
  const moved = move === null ? 'no change is known' : change(move);
  return (
    <a
      class={`cell ${moveClass(move)} ${width > 130 && height > 90 ? 'cell-large' : ''}`}
      href={hrefOf(symbol)}
      onClick={follow}
      data-symbol={symbol}
      title={`${symbol} ${moved}${detail}`}
      style={styleOf(box)}
      {...stop}
    >
      {shownIf(fits, <b>{symbol}</b>, symbol)}{' '}
      {shownIf(fits && move !== null && height > 36 && width > 52, <span>{moved}</span>, moved)}
      <Hidden text={detail} />
    </a>
  );
}

/** What there is room for is seen; the rest is for screen readers. */
function shownIf(fits: boolean, shown: ComponentChildren, text: string): ComponentChildren {
  return fits ? shown : <Hidden text={text} />;
}

function Hidden({ text }: { readonly text: string }) {
  return <span class="visually-hidden">{text}</span>;
}

function keyOf(cell: Cell): string {
  return cell.kind === 'symbol' ? `s ${cell.item.symbol}` : `${cell.kind} ${cell.sector}`;
}

/** The class of a move in hundredths of a per cent: seven steps, from -3% to +3%. */
function moveClass(move: number | null): string {
  if (move === null) return 'move-none';
  const step = Math.max(-3, Math.min(3, Math.round(move / 100)));
  return step < 0 ? `move-down-${-step}` : step > 0 ? `move-up-${step}` : 'move-0';
}

/** With a gap to the next cell. */
function styleOf({ left, top, width, height }: Box): Record<string, string> {
  const px = (n: number): string => `${Math.max(0, n).toFixed(2)}px`;
  return { left: px(left), top: px(top), width: px(width - 1.5), height: px(height - 1.5) };
}
