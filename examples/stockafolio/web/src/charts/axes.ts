import type UPlot from 'uplot';
import type { WireSession } from '@stockafolio/example/api';
import { shortest } from '../figures/money.js';
import { minuteText } from '../figures/numbers.js';
import type { Colors } from './plot.js';

const FONT = '12px system-ui, sans-serif';

/** An axis in the colours of the theme. */
export function axis(colors: Colors, more: UPlot.Axis): UPlot.Axis {
  return {
    font: FONT,
    stroke: colors('muted'),
    grid: { stroke: colors('grid'), width: 1 },
    ticks: { show: false },
    ...more,
  };
}

/** An axis of minutes of the day. */
export function minutes(colors: Colors): UPlot.Axis {
  return axis(colors, {
    grid: { show: false },
    values: (_plot, splits) => splits.map((minute) => minuteText(Math.round(minute))),
    incrs: [5, 10, 15, 30, 60, 120, 240],
    space: 64,
  });
}

/** An amount for an axis: `$2.5M`. */
export function shortDollars(value: number): string {
  return shortest(value.toFixed(0));
}

/** The legend text of a series: the value at the pointer, or otherwise the newest. */
export function told(say: (value: number) => string): UPlot.Series.Value {
  return (plot, value: number | null, series, index) => {
    const known = index === null ? plot.data[series]?.at(-1) : value;
    return known === null || known === undefined ? '' : say(known);
  };
}

/** The marks as text for screen readers. */
export function marksText(marks: readonly (readonly [minute: number, name: string])[]): string {
  return marks.map(([minute, name]) => ` ${name} ${minuteText(minute)}`).join(',');
}

/** The opening and the close of the market. */
export function marksOf(session: WireSession | null): readonly (readonly [minute: number, name: string])[] {
  if (session === null) return [];
  return [
    [session.open, 'open'],
    [session.close, 'close'],
  ];
}

/** Marks the opening and the close of the market with a labelled line. */
export function sessionMarks(
  colors: Colors,
  marks: readonly (readonly [minute: number, name: string])[],
): UPlot.Plugin {
  return {
    hooks: {
      drawAxes: (plot) => {
        const { ctx } = plot;
        ctx.save();
        ctx.strokeStyle = colors('mark');
        ctx.fillStyle = colors('muted');
        ctx.lineWidth = devicePixelRatio;
        ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
        ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
        const { top, height, left, width } = plot.bbox;
        for (const [minute, name] of marks) {
          const x = Math.round(plot.valToPos(minute, 'x', true));
          if (x < left - 1 || x > left + width + 1) continue;
          ctx.beginPath();
          ctx.moveTo(x, top);
          ctx.lineTo(x, top + height);
          ctx.stroke();
          const room = 5 * devicePixelRatio;
          const onLeft = x + ctx.measureText(name).width + 2 * room > left + width;
          ctx.textAlign = onLeft ? 'right' : 'left';
          ctx.fillText(name, onLeft ? x - room : x + room, top + 11 * devicePixelRatio);
        }
        ctx.restore();
      },
    },
  };
}
