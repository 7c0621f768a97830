import type { WireTrader } from '@stockafolio/example/api';
import { count, shares } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { follow } from '../path.js';
import { useSetting } from '../setting.js';
import { userHref } from '../user-href.js';
import { Amount } from './amount.js';
import { Choice } from './choice.js';
import { Panel } from './panel.js';
import { ColumnTable } from './column-table.js';

const BY = [
  ['value', 'Value'],
  ['shares', 'Shares'],
  ['trades', 'Trades'],
] as const;

const settings = BY.map(([setting]) => setting);
const sections = { value: 'byValue', shares: 'byVolume', trades: 'byTrades' } as const;

type By = (typeof sections)[keyof typeof sections];

const size: Readonly<Record<By, (trader: WireTrader) => number>> = {
  byValue: ({ value }) => Number(value),
  byVolume: ({ volume }) => Number(volume),
  byTrades: ({ trades }) => Number(trades),
};

/** The users who have traded most on a day; a click opens one. */
export function TopTraders({ live }: { readonly live: Live }) {
  const [setting, setBy] = useSetting('traders', settings, 'value');
  const by = sections[setting];
  const traders = live.parts.ranked(by) as WireTrader[];
  const most = traders[0] === undefined ? 1 : size[by](traders[0]) || 1;
  return (
    <Panel
      title="Top traders"
      area="traders"
      actions={<Choice label="Rank by" options={BY} value={setting} choose={setBy} />}
    >
      <ColumnTable
        isRanked
        empty="No trades on this day."
        label="Top traders"
        rows={traders}
        keyOf={({ user }) => user}
        part={(trader) => size[by](trader) / most}
        columns={[
          {
            name: 'User',
            cell: ({ user }) => (
              <a href={userHref(user)} onClick={follow}>
                {user}
              </a>
            ),
          },
          { name: 'Value', number: true, cell: ({ value }) => <Amount value={value} /> },
          { name: 'Shares', number: true, cell: ({ volume }) => shares(volume) },
          { name: 'Trades', number: true, cell: ({ trades }) => count(trades) },
        ]}
      />
    </Panel>
  );
}
