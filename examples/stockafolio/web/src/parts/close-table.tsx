import type { WireClose, WireProgress, WireSectorTotal, WireTotal } from '@stockafolio/example/api';
import { count, newYorkTime } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { Amount } from './amount.js';
import { Panel } from './panel.js';

/** The batch's figures of the day beside the live ones, each with what it is exact up to. */
export function CloseTable({ live }: { readonly live: Live }) {
  const close = live.parts.single('close') as WireClose | null | undefined;
  const total = live.parts.single('total') as WireTotal | undefined;
  const progress = live.parts.single('progress') as WireProgress | undefined;
  const sectors = live.parts.ranked('sectors') as WireSectorTotal[];
  if (close === undefined || total === undefined || progress === undefined) return null;
  if (close === null) {
    return (
      <Panel title="The close" area="close">
        <p class="empty">The daily batch has not run yet, or its tables were not named (--close-tables).</p>
      </Panel>
    );
  }
  const closed = new Map(close.sectors.map((sector) => [sector.sector, sector]));
  return (
    <Panel title="The close beside the live figures" area="close" note="what the batch has made of the archive">
      <div class="scroll" tabIndex={0} role="region" aria-label="The close beside the live figures">
        <table class="close">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                Sector
              </th>
              <Exact name="Live" progress={progress} />
              <Exact name="Close" progress={close.progress} />
            </tr>
            <tr>
              {['Live', 'Close'].map((of) => [
                <th key={`${of} value`} scope="col" class="number">
                  Value
                </th>,
                <th key={`${of} trades`} scope="col" class="number">
                  Trades
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            <Row name="All" live={total} close={close.total} />
            {sectors.map((sector) => (
              <Row key={sector.sector} name={sector.sector} live={sector} close={closed.get(sector.sector)} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Exact({ name, progress: { watermark } }: { readonly name: string; readonly progress: WireProgress }) {
  return (
    <th scope="colgroup" colSpan={2} class="number">
      {name}
      <span class="exact">
        {watermark === null ? (
          'nothing yet'
        ) : (
          <>
            exact up to{' '}
            <time dateTime={watermark}>
              {newYorkTime(watermark)}, {newYorkDay.format(Date.parse(watermark))}
            </time>
          </>
        )}
      </span>
    </th>
  );
}

const newYorkDay = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', month: 'short', day: 'numeric' });

interface RowProps {
  readonly name: string;
  readonly live: WireTotal;
  readonly close: WireTotal | undefined;
}

function Row({ name, live, close }: RowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {[live, close].map((of, n) => [
        <td key={`${n} value`} class="number">
          <Amount value={of?.value ?? '0.0000'} />
        </td>,
        <td key={`${n} trades`} class="number">
          {count(of?.trades ?? 0)}
        </td>,
      ])}
    </tr>
  );
}
