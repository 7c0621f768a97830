import { useState } from 'preact/hooks';
import type { WireTrader } from '@stockafolio/example/api';
import { count, shares } from '../figures/numbers.js';
import type { Live } from '../live/live.js';
import { follow } from '../path.js';
import { userHref } from '../user-href.js';
import { Amount } from './amount.js';
import { Choice } from './choice.js';
import { Panel } from './panel.js';
import { RankTable } from './rank-table.js';

const BY = [
  ['byValue', 'Value'],
  ['byVolume', 'Shares'],
  ['byTrades', 'Trades'],
] as const;

type By = (typeof BY)[number][0];

const size: Readonly<Record<By, (trader: WireTrader) => number>> = {
  byValue: ({ value }) => Number(value),
  byVolume: ({ volume }) => Number(volume),
  byTrades: ({ trades }) => Number(trades),
};

/** The users who have traded most on a day; a click opens one. */
export function TopTraders({ live }: { readonly live: Live }) {
  const [by, setBy] = useState<By>('byValue');
  const traders = live.parts.ranked(by) as WireTrader[];
  const most = traders[0] === undefined ? 1 : size[by](traders[0]) || 1;
  return (
    <Panel
      title="Top traders"
      area="traders"
      actions={<Choice label="Rank by" options={BY} value={by} choose={setBy} />}
    >
      <RankTable
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
