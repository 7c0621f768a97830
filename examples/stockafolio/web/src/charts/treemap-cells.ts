import { squarify, type Box } from './squarify.js';

/** A symbol of a map. */
export interface MapItem {
  readonly symbol: string;
  readonly sector: string;
  /** Decides the area, in any unit that all have; without area if 0. */
  readonly size: number;
  /** The move of the price, in hundredths of a per cent; null if it is not known. */
  readonly move: number | null;
  /** What there is no room for in a cell: read by screen readers, and shown at the pointer. */
  readonly detail: string;
}

/** A sector, a symbol, or the symbols of a sector that are too many to draw. */
export type Cell =
  | {
      readonly kind: 'sector';
      readonly box: Box;
      readonly sector: string;
      readonly weight: number;
      readonly move: number | null;
    }
  | { readonly kind: 'symbol'; readonly box: Box; readonly item: MapItem }
  | { readonly kind: 'others'; readonly box: Box; readonly sector: string; readonly count: number };

/** Symbols that are drawn at most. */
const MOST = 300;
/** Height of the name above the symbols of a sector, in pixels. */
export const HEAD = 20;
/** Below this width the sectors are drawn without their symbols, in pixels. */
const NARROW = 560;

interface Sector {
  readonly sector: string;
  readonly items: readonly MapItem[];
  readonly size: number;
}

/**
 * Lays symbols out by size: the sectors with their symbols; the sectors alone on a narrow screen; the symbols of one
 * sector if it is given. A sector comes before its symbols.
 */
export function treemapCells(items: readonly MapItem[], sector: string, box: Box): Cell[] {
  const drawn = items.filter(({ size }) => size > 0);
  if (sector !== '')
    return symbolCells(
      sectorOf(
        sector,
        drawn.filter((item) => item.sector === sector),
      ),
      box,
      MOST,
    );
  const names = [...new Set(drawn.map((item) => item.sector))];
  const sectors = names
    .map((name) =>
      sectorOf(
        name,
        drawn.filter((item) => item.sector === name),
      ),
    )
    .sort((a, b) => b.size - a.size);
  const boxes = squarify(
    sectors.map(({ size }) => size),
    box,
  );
  const total = sectors.reduce((sum, { size }) => sum + size, 0);
  return sectors.flatMap((of, n): Cell[] => {
    const at = boxes[n];
    if (at === undefined) return [];
    const own: Cell = { kind: 'sector', box: at, sector: of.sector, weight: of.size / total, move: moveOf(of) };
    if (box.width < NARROW) return [own];
    const inside = { ...at, top: at.top + HEAD, height: Math.max(0, at.height - HEAD) };
    const most = Math.max(1, Math.round((MOST * of.size) / total));
    return [{ ...own, box: { ...at, height: Math.min(HEAD, at.height) } }, ...symbolCells(of, inside, most)];
  });
}

/** The symbols of a sector; the smallest of too many as one. */
function symbolCells({ sector, items }: Sector, box: Box, most: number): Cell[] {
  const shown = items.length > most ? items.slice(0, most) : items;
  const others = items.slice(shown.length);
  const rest = others.reduce((sum, { size }) => sum + size, 0);
  const laid: { readonly size: number; readonly cell: (at: Box) => Cell }[] = shown.map((item) => ({
    size: item.size,
    cell: (at) => ({ kind: 'symbol', box: at, item }),
  }));
  if (rest > 0) laid.push({ size: rest, cell: (at) => ({ kind: 'others', box: at, sector, count: others.length }) });
  laid.sort((a, b) => b.size - a.size);
  const boxes = squarify(
    laid.map(({ size }) => size),
    box,
  );
  return laid.flatMap(({ cell }, n) => {
    const at = boxes[n];
    return at === undefined ? [] : [cell(at)];
  });
}

function sectorOf(sector: string, items: readonly MapItem[]): Sector {
  const sorted = [...items].sort((a, b) => b.size - a.size);
  return { sector, items: sorted, size: sorted.reduce((sum, { size }) => sum + size, 0) };
}

/** How the prices of a sector have moved on the day, by size. */
function moveOf({ items }: Sector): number | null {
  let [known, moved] = [0, 0];
  for (const { size, move } of items) {
    if (move === null) continue;
    known += size;
    moved += size * move;
  }
  return known === 0 ? null : Math.round(moved / known);
}

const KEYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
} as const;

/** The cell to which a key moves from another one: the nearest in that direction; undefined for other keys. */
export function cellBy(key: string, cells: readonly Cell[], from: number): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return cells.length - 1;
  const way = KEYS[key as keyof typeof KEYS] as readonly [number, number] | undefined;
  const at = cells[from];
  if (way === undefined || at === undefined) return undefined;
  const [dx, dy] = way;
  const [x, y] = centre(at.box);
  let best: { readonly index: number; readonly far: number } | undefined;
  for (const [index, { box }] of cells.entries()) {
    const [a, b] = centre(box);
    const along = (a - x) * dx + (b - y) * dy;
    if (index === from || along <= 0.5) continue;
    const far = along + 2 * Math.abs((a - x) * dy + (b - y) * dx);
    if (best === undefined || far < best.far) best = { index, far };
  }
  return best?.index ?? from;
}

function centre({ left, top, width, height }: Box): readonly [number, number] {
  return [left + width / 2, top + height / 2];
}
