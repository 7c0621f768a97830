import { useEffect, useRef } from 'preact/hooks';
import UPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme, type Theme } from '../theme.js';

/** Colours of the theme, as the style sheet has them. */
export type Colors = (name: string) => string;

interface PlotProps {
  readonly label: string;
  readonly data: AlignedData;
  readonly height: number;
  /** What the plot looks like; made anew when the theme changes. */
  readonly options: (colors: Colors) => Omit<Options, 'width' | 'height'>;
  /** Another plot is made where this changes. */
  readonly version: string;
}

/** A plot that is as wide as its place, in the colours of the theme. */
export function Plot({ label, data, height, options, version }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const shown: Theme = theme.value;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const style = getComputedStyle(document.documentElement);
    const made = new UPlot(
      { ...options((name) => style.getPropertyValue(`--${name}`).trim()), width: element.clientWidth, height },
      data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shown, version, height]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  return <div ref={box} class={`plot plot-${height}`} role="img" aria-label={label} />;
}
