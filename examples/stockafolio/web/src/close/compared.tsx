import type { WireComparison, WireComparedTable, WireDifference } from '@stockafolio/example/api';
import { count, dayText } from '../figures/numbers.js';
import { ColumnTable, type Column } from '../parts/column-table.js';
import { Moment } from '../parts/moment.js';
import { NotKnown } from '../parts/not-known.js';
import { Panel } from '../parts/panel.js';
import { rowsText, verdictOf } from './verdict.js';

/** The last comparison: what it has found, table by table, and up to which offsets. */
export function Compared({ comparison }: { readonly comparison: WireComparison | null }) {
  if (comparison === null) {
    return (
      <Panel title="Stream = batch" area="comparison">
        <p class="empty">
          The tables of the stream were not compared with the archive yet: reconcile --keep-result compares them, and
          keeps the result.
        </p>
      </Panel>
    );
  }
  const { tables, partitions, first, differences } = comparison;
  return (
    <>
      <Panel title="Stream = batch" area="comparison" note="the last comparison, by table">
        <Facts comparison={comparison} />
        <ColumnTable
          label="Compared tables"
          rows={tables}
          keyOf={({ table }) => table}
          columns={tableColumns}
          empty="No table was compared."
        />
      </Panel>
      {differences > 0 && (
        <Panel
          title="Differences"
          note={first.length < differences ? `the first ${count(first.length)}` : 'all of them'}
        >
          <ColumnTable
            label="Differences, table"
            rows={first}
            keyOf={({ table, key }) => `${table} ${key}`}
            columns={differenceColumns}
            empty="None."
          />
        </Panel>
      )}
      <Panel title="Compared up to" note="the next offset of each partition">
        <ColumnTable
          label="Compared offsets"
          rows={partitions}
          keyOf={({ partition }) => String(partition)}
          columns={offsetColumns}
          empty="No partition had messages."
        />
      </Panel>
    </>
  );
}

function Facts({ comparison }: { readonly comparison: WireComparison }) {
  const { comparedAt, against, day, compared, newer } = comparison;
  const { text, but } = verdictOf(comparison);
  const judged = compared - Math.min(newer, compared);
  return (
    <p class="twin-facts">
      <b>{text[0]?.toUpperCase() + text.slice(1)}.</b> {rowsText(judged)} compared with{' '}
      {against === 'archive' ? 'those recomputed from the archive' : 'those of the batch'}
      {day !== null && <> up to the end of {dayText(day)}</>}, at <Moment at={comparedAt} /> in New York.
      {newer > 0 && ` ${rowsText(newer)} were newer, and not judged.`}
      {but !== undefined && ` Note: ${but}.`}
    </p>
  );
}

const bad = (rows: number) => (rows === 0 ? '0' : <span class="loss">{count(rows)}</span>);

const tableColumns: readonly Column<WireComparedTable>[] = [
  { name: 'Table', cell: ({ table }) => table },
  { name: 'Rows on both sides', number: true, cell: ({ compared }) => count(compared) },
  { name: 'Changed', number: true, cell: ({ changed }) => bad(changed) },
  { name: 'Stale', number: true, cell: ({ stale }) => bad(stale) },
  { name: 'Missing', number: true, cell: ({ missing }) => bad(missing) },
  { name: 'Extra', number: true, cell: ({ extra }) => bad(extra) },
  { name: 'Newer', number: true, cell: ({ newer }) => count(newer) },
];

const differenceColumns: readonly Column<WireDifference>[] = [
  { name: 'Table', cell: ({ table }) => table },
  { name: 'Key', cell: ({ key }) => key },
  { name: 'Is', cell: ({ kind }) => kind },
  {
    name: 'Column: found, expected',
    cell: ({ columns }) =>
      columns.map(({ column, found, expected }) => `${column}: ${found ?? 'none'}, ${expected ?? 'none'}`).join('; '),
  },
];

const offsetColumns: readonly Column<WireComparison['partitions'][number]>[] = [
  { name: 'Partition', cell: ({ partition }) => String(partition) },
  { name: 'Archive or batch', number: true, cell: ({ expected }) => count(expected) },
  { name: 'Live, when compared', number: true, cell: ({ found }) => count(found) },
  { name: 'Live, now', number: true, cell: ({ now }) => (now === null ? <NotKnown /> : count(now)) },
];
