interface SparklineProps {
  /** In order of time, as many as there are; the last one is the latest price. */
  readonly prices: readonly number[];
  /** The price from which the day counts. */
  readonly move: number | null;
}

const [WIDTH, HEIGHT, EDGE] = [64, 24, 2];

/** The prices of a day as a small line: only a picture, the figures are beside it. */
export function Sparkline({ prices, move }: SparklineProps) {
  const tone = move === null || move === 0 ? '' : move > 0 ? 'gain' : 'loss';
  return (
    <svg
      class={`sparkline ${tone}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <polyline points={pointsOf(prices)} />
    </svg>
  );
}

function pointsOf(prices: readonly number[]): string {
  if (prices.length < 2) return '';
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const step = (WIDTH - 2 * EDGE) / (prices.length - 1);
  const scale = high === low ? 0 : (HEIGHT - 2 * EDGE) / (high - low);
  return prices
    .map(
      (price, n) =>
        `${(EDGE + n * step).toFixed(1)},${(high === low ? HEIGHT / 2 : EDGE + (high - price) * scale).toFixed(1)}`,
    )
    .join(' ');
}
