import type { WireClose, WireProgress, WireSectorTotal, WireTotal } from '@stockafolio/example/api';
import { count, newYorkDate, newYorkTime } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { Amount } from './amount.js';
import { NotKnown } from './not-known.js';
import { Panel } from './panel.js';

/** The batch's figures of the day beside the live ones, each with its newest market time. */
export function CloseTable({ live }: { readonly live: Live }) {
  const close = live.parts.single('close') as WireClose | null | undefined;
  const total = live.parts.single('total') as WireTotal | undefined;
  const progress = live.parts.single('progress') as WireProgress | undefined;
  const hasClose = live.parts.single('hasClose') as boolean | undefined;
  const sectors = live.parts.ranked('sectors') as WireSectorTotal[];
  if (close === undefined || total === undefined) return null;
  if (hasClose === false) {
    return (
      <Panel title="The close" area="close">
        <p class="empty">This server was not given the tables of the daily batch (--close-tables).</p>
      </Panel>
    );
  }
  const day = live.parts.single('day');
  // Figures that have reached another day hold this one completely.
  const upTo = (newest: string | null | undefined): string | undefined =>
    newest !== null && newest !== undefined && newYorkDate(newest) === day ? newest : undefined;
  const closed = close === null ? undefined : new Map(close.sectors.map((sector) => [sector.sector, sector]));
  return (
    <Panel title="The close beside the live figures" area="close" note="what the batch has made of the archive">
      <div class="scroll" tabIndex={0} role="region" aria-label="The close beside the live figures">
        <table class="close">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                Sector
              </th>
              <Exact
                name="Live"
                upTo={upTo(progress?.newest)}
                none={total.trades === 0 ? 'nothing yet' : 'the whole day'}
              />
              <Exact
                name="Close"
                upTo={upTo(close?.progress.newest)}
                none={close === null ? 'no close yet' : 'the whole day'}
              />
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
            <Row name="All" live={total} close={close?.total} />
            {sectors.map((sector) => (
              <Row
                key={sector.sector}
                name={sector.sector}
                live={sector}
                close={closed === undefined ? undefined : (closed.get(sector.sector) ?? NOTHING)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** A sector without trades up to the close. */
const NOTHING: WireTotal = { trades: 0, volume: 0, value: '0.0000', buyValue: '0.0000' };

interface ExactProps {
  readonly name: string;
  /** The newest market time of the figures. */
  readonly upTo: string | undefined;
  readonly none: string;
}

function Exact({ name, upTo, none }: ExactProps) {
  return (
    <th scope="colgroup" colSpan={2} class="number">
      {name}
      <span class="exact">
        {upTo === undefined ? (
          none
        ) : (
          <>
            trades up to{' '}
            <time dateTime={upTo}>
              {newYorkTime(upTo)}, {newYorkDay.format(Date.parse(upTo))}
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
          {of === undefined ? <NotKnown why="no close yet" /> : <Amount value={of.value} />}
        </td>,
        <td key={`${n} trades`} class="number">
          {of === undefined ? <NotKnown why="no close yet" /> : count(of.trades)}
        </td>,
      ])}
    </tr>
  );
}
