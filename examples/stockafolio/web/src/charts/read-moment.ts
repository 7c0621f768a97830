import type UPlot from 'uplot';
import type { AlignedData } from 'uplot';

/** Moves the cursor of a plot to a moment, so that the legend shows its values; undefined removes the cursor. */
export function showMoment(plot: UPlot, index: number | undefined): void {
  const x = index === undefined ? undefined : plot.data[0]?.[index];
  if (x === undefined) plot.setCursor({ left: -10, top: -10 });
  else plot.setCursor({ left: plot.valToPos(x, 'x'), top: plot.over.clientHeight / 2 });
}

/** The values of a moment as text, as the legend shows them. */
export function readText(plot: UPlot, data: AlignedData, index: number): string {
  return plot.series
    .map((series, n) => {
      const value = data[n]?.[index];
      const text = typeof series.value === 'function' ? series.value(plot, value ?? Number.NaN, n, index) : value;
      return value === null || value === undefined || text === '' ? '' : `${labelOf(series)} ${String(text)}`;
    })
    .filter((text) => text !== '')
    .join(', ');
}

/** A finger on a plot reads it, as the pointer of a mouse does; moving it up or down scrolls the page. */
export function readTouches(plot: UPlot): void {
  const move = ({ pointerType, clientX }: PointerEvent): void => {
    if (pointerType === 'mouse') return;
    plot.setCursor({ left: clientX - plot.over.getBoundingClientRect().left, top: plot.over.clientHeight / 2 });
  };
  plot.over.addEventListener('pointerdown', move);
  plot.over.addEventListener('pointermove', move);
}

function labelOf({ label = '' }: UPlot.Series): string {
  return typeof label === 'string' ? label : (label.textContent ?? '');
}
