import type { WireLot, WireLots } from '@stockafolio/example/api';
import { newYorkDay } from '../figures/new-york.js';
import { count, dayText, shares } from '../figures/numbers.js';
import { usePolled } from '../live/use-polled.js';
import { Amount } from './amount.js';
import { Panel } from './panel.js';

const EVERY = 5_000;

/** The open lots of a position at the latest price; nothing where no lots are kept, or none is open. */
export function Lots({ path }: { readonly path: string }) {
  const { answer } = usePolled<WireLots>(`${path}/lots`, EVERY);
  const lots = answer?.lots ?? [];
  if (lots.length === 0) return null;
  return (
    <Panel
      title="Lots"
      area="lots"
      {...(answer?.complete === false ? { note: `the first ${count(lots.length)}` } : {})}
    >
      <div class="scroll gains-box" tabIndex={0} role="region" aria-label="Lots, table">
        <table class="gains">
          <thead>
            <tr>
              <th scope="col">Opened</th>
              <th scope="col" title="If it were closed now: long after more than a year">
                Term
              </th>
              {['Shares', 'Basis', 'Value', 'Gain'].map((name) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lots.map((lot) => (
              <LotRow key={lot.number} lot={lot} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function LotRow({
  lot: { lot, opened, term, quantity, basis, marketValue, gain, currency },
}: {
  readonly lot: WireLot;
}) {
  return (
    <tr data-lot={lot}>
      <th scope="row">
        <time dateTime={opened} title={opened}>
          {dayText(newYorkDay(opened))}
        </time>
      </th>
      <td>{term}</td>
      <td class="number">{shares(quantity)}</td>
      {[basis, marketValue].map((value, n) => (
        <td key={n} class="number">
          <Amount value={value} currency={currency} />
        </td>
      ))}
      <td class="number">
        <Amount value={gain} as="gain" currency={currency} />
      </td>
    </tr>
  );
}
