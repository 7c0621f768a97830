import type UPlot from 'uplot';
import type { Colors } from './plot.js';
import type { TradeMark } from './price-points.js';

/** Half of the width of a mark, in CSS pixels. */
const HALF = 5;

/** Marks trades: bought ones by a triangle that points up, below the price; sold ones by one that points down, above. */
export function tradeMarks(colors: Colors, marks: () => readonly TradeMark[]): UPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx } = plot;
        const half = HALF * devicePixelRatio;
        ctx.save();
        ctx.strokeStyle = colors('surface');
        ctx.lineWidth = devicePixelRatio;
        for (const { x, price, side } of marks()) {
          const [left, top] = [plot.valToPos(x, 'x', true), plot.valToPos(price, 'y', true)];
          const down = side === 'buy' ? 1 : -1;
          ctx.fillStyle = colors(side === 'buy' ? 'gain' : 'loss');
          ctx.beginPath();
          ctx.moveTo(left, top + down * half * 0.4);
          ctx.lineTo(left - half, top + down * half * 2.2);
          ctx.lineTo(left + half, top + down * half * 2.2);
          ctx.closePath();
          ctx.fill();
          ctx.stroke();
        }
        ctx.restore();
      },
    },
  };
}

/** A price to compare with. */
export interface Level {
  readonly price: number;
  readonly name: string;
}

/** Draws prices to compare with as dashed lines with their names, where they are in the range of the chart. */
export function levelLines(colors: Colors, levels: () => readonly Level[]): UPlot.Plugin {
  return {
    hooks: {
      drawAxes: (plot) => {
        const { ctx } = plot;
        const { left, top, width, height } = plot.bbox;
        ctx.save();
        ctx.strokeStyle = colors('mark');
        ctx.fillStyle = colors('muted');
        ctx.lineWidth = devicePixelRatio;
        ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
        ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
        ctx.textAlign = 'left';
        for (const { price, name } of levels()) {
          const y = Math.round(plot.valToPos(price, 'y', true));
          if (y < top || y > top + height) continue;
          ctx.beginPath();
          ctx.moveTo(left, y);
          ctx.lineTo(left + width, y);
          ctx.stroke();
          ctx.fillText(name, left + 6 * devicePixelRatio, y - 4 * devicePixelRatio);
        }
        ctx.restore();
      },
    },
  };
}
