import type { WireTwinRow, WireTwinRows } from '@stockafolio/example/api';
import { count, newYorkTime } from '../figures/numbers.js';
import { usePolled } from '../live/use-polled.js';
import { Amount } from '../parts/amount.js';
import { ColumnTable, type Column } from '../parts/column-table.js';
import { NotKnown } from '../parts/not-known.js';
import { Panel } from '../parts/panel.js';

const OFTEN = 5_000;

type Row = WireTwinRows['rows'][number];

interface TwinRowsProps {
  /** The address of the rows of a figure. */
  readonly path: string;
  readonly name: string;
}

/** Where a figure comes from: its row of each shard in both tables, with key, version and offset. */
export function TwinRows({ path, name }: TwinRowsProps) {
  const { answer, failure } = usePolled<WireTwinRows>(path, OFTEN);
  return (
    <Panel title={`Where ${name} comes from`} area="twin-rows">
      {answer === undefined ? (
        <p class="twin-facts">{failure ?? 'Reading the rows'}</p>
      ) : (
        <>
          <p class="twin-facts">
            Rows of the table <code>{answer.table}</code>, one for each partition. The version is the market time of the
            newest message that has changed a row. The offset is the next one of the partition; live rows may be up to a
            second behind it.
          </p>
          <ColumnTable
            label={`Rows of ${name}`}
            rows={answer.rows}
            keyOf={({ key }) => key}
            columns={columns}
            empty="There are no rows."
          />
        </>
      )}
    </Panel>
  );
}

const columns: readonly Column<Row>[] = [
  { name: 'Key', cell: ({ key }) => key },
  { name: 'Live value', number: true, cell: ({ live }) => of(live, ({ sums }) => <Amount value={sums.value} />) },
  { name: 'Close value', number: true, cell: ({ close }) => of(close, ({ sums }) => <Amount value={sums.value} />) },
  { name: 'Live trades', number: true, cell: ({ live }) => of(live, ({ sums }) => count(sums.trades)) },
  { name: 'Close trades', number: true, cell: ({ close }) => of(close, ({ sums }) => count(sums.trades)) },
  { name: 'Live version', number: true, cell: ({ live }) => of(live, version) },
  { name: 'Close version', number: true, cell: ({ close }) => of(close, version) },
  { name: 'Live offset', number: true, cell: ({ live }) => of(live, offset) },
  { name: 'Close offset', number: true, cell: ({ close }) => of(close, offset) },
];

function of<V>(row: WireTwinRow | null, shown: (row: WireTwinRow) => V) {
  return row === null ? <NotKnown why="no row" /> : shown(row);
}

function version({ version: at }: WireTwinRow) {
  return (
    <time dateTime={at} title={at}>
      {newYorkTime(at)}
    </time>
  );
}

function offset({ offset: next }: WireTwinRow) {
  return next === null ? <NotKnown /> : count(next);
}
