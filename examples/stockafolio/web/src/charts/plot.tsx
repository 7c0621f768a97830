import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import UPlot, { type AlignedData, type Options } from 'uplot';
import { theme, type Theme } from '../theme.js';
import { readText, readTouches, showMoment } from './read-moment.js';

/** Colours of the theme, as the style sheet has them. */
export type Colors = (name: string) => string;

interface PlotProps {
  readonly label: string;
  readonly data: AlignedData;
  /** The look of the plot; recomputed when the theme changes. */
  readonly options: (colors: Colors) => Omit<Options, 'width' | 'height'>;
  /** The plot is recreated when this changes. */
  readonly version: string;
}

/** Height of the legend, which shows the values at the pointer, in pixels: one line; on a narrow screen one for each. */
const LEGEND = 34;
const NARROW_LINE = 25;
const NARROW = 460;
/** A plot is drawn again this many milliseconds later at least: drawing costs more than all texts of a page. */
const BETWEEN_DRAWS = 1_000;

/**
 * A plot that fills its container, in the colours of the theme. The pointer, a finger, and the arrow keys read any moment
 * of it.
 */
export function Plot({ label, data, options, version }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const [moment, setMoment] = useState<number | undefined>();
  const shown: Theme = theme.value;
  const last = (data[0]?.length ?? 0) - 1;

  // At once with the theme: a page is printed as soon as it is light.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const style = getComputedStyle(document.documentElement);
    const made = new UPlot(
      { ...options((name) => style.getPropertyValue(`--${name}`).trim()), ...sizeOf(element, data.length) },
      data,
      element,
    );
    plot.current = made;
    readTouches(made);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize(sizeOf(element, data.length));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shown, version]);

  const drawn = useRef(0);
  useEffect(() => {
    const draw = (): void => {
      drawn.current = performance.now();
      plot.current?.setData(data);
    };
    const timer = setTimeout(draw, Math.max(0, drawn.current + BETWEEN_DRAWS - performance.now()));
    return () => clearTimeout(timer);
  }, [data]);

  const read = (event: KeyboardEvent): void => {
    const at = moment ?? last;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last }[
      event.key
    ];
    if (next === undefined || last < 0 || plot.current === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, next));
    setMoment(index);
    showMoment(plot.current, index);
  };
  const now = Math.min(moment ?? last, last);
  return (
    <div class="plot">
      <div class="plot-figure" role="img" aria-label={label}>
        <div ref={box} class="plot-place" />
      </div>
      {last >= 0 && (
        <div
          class="plot-reader"
          role="slider"
          tabIndex={0}
          aria-label="Moment of the chart"
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={now}
          aria-valuetext={plot.current === undefined ? label : readText(plot.current, data, now)}
          onKeyDown={read}
          onBlur={() => {
            setMoment(undefined);
            if (plot.current !== undefined) showMoment(plot.current, undefined);
          }}
        />
      )}
    </div>
  );
}

/** The size of its container, without the legend. */
function sizeOf(place: HTMLElement, series: number): { width: number; height: number } {
  const legend = place.clientWidth < NARROW ? 10 + NARROW_LINE * series : LEGEND;
  return { width: place.clientWidth, height: Math.max(120, place.clientHeight - legend) };
}
