import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { WireSums, WireTwin, WireTwins } from '@stockafolio/example/api';
import { signOf } from '../figures/money.js';
import { count } from '../figures/numbers.js';
import { Amount } from '../parts/amount.js';
import { Choice } from '../parts/choice.js';
import { NotKnown } from '../parts/not-known.js';
import { Panel } from '../parts/panel.js';
import { useSetting } from '../setting.js';
import { TwinRows } from './twin-rows.js';

const OPTIONS = [
  ['sectors', 'Sectors'],
  ['symbols', 'Symbols'],
] as const;

/** Each figure of the close with its live twin, the difference, and on request where both come from. */
export function TwinTable({ twins }: { readonly twins: WireTwins }) {
  const [of, setOf] = useSetting('of', ['sectors', 'symbols'], 'sectors');
  const [open, setOpen] = useState<string | undefined>(undefined);
  const choose = (next: 'sectors' | 'symbols'): void => {
    setOpen(undefined);
    setOf(next);
  };
  const isClosed = twins.isClosed;
  const pathOf = (name: string): string =>
    `/api/close/rows?${String(new URLSearchParams({ day: twins.day, of: twins.of, name }))}`;
  return (
    <>
      <Panel
        title="The figures of the close, and their live twins"
        area="twins"
        note="the difference is live minus close; a name shows where its figures come from"
        actions={<Choice label="Figures of" options={OPTIONS} value={of} choose={choose} />}
      >
        {!isClosed && (
          <p class="empty">
            {twins.hasClose
              ? 'The batch has not reached this day: there is no close yet.'
              : 'This server was not given the tables of the daily batch (--close-tables).'}
          </p>
        )}
        <div class="scroll" tabIndex={0} role="region" aria-label="The figures of the close, table">
          <table class="twins">
            <thead>
              <tr>
                <th scope="col" rowSpan={2}>
                  {twins.of === 'sectors' ? 'Sector' : 'Symbol'}
                </th>
                {['Value', 'Trades'].map((name) => (
                  <th key={name} scope="colgroup" colSpan={3} class="number">
                    {name}
                  </th>
                ))}
              </tr>
              <tr>
                {['Value', 'Trades'].flatMap((figure) =>
                  ['Live', 'Close', 'Difference'].map((side) => (
                    <th key={`${figure} ${side}`} scope="col" class="number">
                      {side}
                    </th>
                  )),
                )}
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">All</th>
                <Cells twin={twins.total} isClosed={isClosed} />
              </tr>
              {twins.twins.map((twin) => (
                <tr key={twin.name}>
                  <th scope="row">
                    <button
                      type="button"
                      class="twin-name"
                      aria-expanded={open === twin.name}
                      onClick={() => setOpen(open === twin.name ? undefined : twin.name)}
                    >
                      {twin.name}
                    </button>
                  </th>
                  <Cells twin={twin} isClosed={isClosed} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {open !== undefined && <TwinRows path={pathOf(open)} name={open} />}
    </>
  );
}

function Cells({
  twin: { live, close, difference },
  isClosed,
}: {
  readonly twin: WireTwin;
  readonly isClosed: boolean;
}) {
  const closed = (of: WireSums, shown: (of: WireSums) => ComponentChildren): ComponentChildren =>
    isClosed ? shown(of) : <NotKnown why="no close yet" />;
  return (
    <>
      <td class="number">
        <Amount value={live.value} />
      </td>
      <td class="number">
        {closed(close, ({ value }) => (
          <Amount value={value} />
        ))}
      </td>
      <td class="number">
        {closed(difference, ({ value }) => (signOf(value) === 0 ? '0' : <Amount value={value} />))}
      </td>
      <td class="number">{count(live.trades)}</td>
      <td class="number">{closed(close, ({ trades }) => count(trades))}</td>
      <td class="number">{closed(difference, ({ trades }) => count(trades))}</td>
    </>
  );
}
