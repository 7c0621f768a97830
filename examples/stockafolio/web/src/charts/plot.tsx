import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import UPlot, { type AlignedData, type Options } from 'uplot';
import { theme, type Theme } from '../theme.js';

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

/** Height of the legend, which shows the values at the pointer, in pixels: one line, or two on a narrow screen. */
const LEGEND = 34;
const NARROW_LEGEND = 60;
const NARROW = 460;
/** A plot is drawn again this many milliseconds later at least: drawing costs more than all texts of a page. */
const BETWEEN_DRAWS = 1_000;

/** A plot that fills its container, in the colours of the theme. */
export function Plot({ label, data, options, version }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const shown: Theme = theme.value;

  // At once with the theme: a page is printed as soon as it is light.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const style = getComputedStyle(document.documentElement);
    const made = new UPlot(
      { ...options((name) => style.getPropertyValue(`--${name}`).trim()), ...sizeOf(element) },
      data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize(sizeOf(element));
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

  return (
    <div class="plot" role="img" aria-label={label}>
      <div ref={box} class="plot-place" />
    </div>
  );
}

/** The size of its container, without the legend. */
function sizeOf(place: HTMLElement): { width: number; height: number } {
  const legend = place.clientWidth < NARROW ? NARROW_LEGEND : LEGEND;
  return { width: place.clientWidth, height: Math.max(120, place.clientHeight - legend) };
}
