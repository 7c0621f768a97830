import type { ComponentChildren } from 'preact';
import type { WirePartition, WirePipeline, WireRunner } from '@stockafolio/example/api';
import { count, duration } from '../figures/numbers.js';
import { now } from '../figures/now.js';
import { ColumnTable, type Column } from '../parts/column-table.js';
import { Moment } from '../parts/moment.js';
import { NotKnown } from '../parts/not-known.js';
import { Panel } from '../parts/panel.js';
import { bytesText, rateText } from './rate-text.js';

/** What is known, or that it is not. */
function orNot<V>(value: V | null, shown: (value: V) => ComponentChildren, why?: string): ComponentChildren {
  return value === null ? <NotKnown {...(why === undefined ? {} : { why })} /> : shown(value);
}

/** The lag and the checkpoints of every partition. */
export function Partitions({ health }: { readonly health: WirePipeline }) {
  const columns: readonly Column<WirePartition>[] = [
    { name: 'Partition', cell: ({ partition }) => partition },
    { name: 'Runner', cell: ({ runner }) => orNot(runner, String, 'no runner that answers reads it') },
    { name: 'Offset', number: true, cell: ({ offset }) => orNot(offset, count) },
    { name: 'Behind', number: true, cell: ({ behind }) => orNot(behind, count) },
    { name: 'Market time', cell: ({ watermark }) => orNot(watermark, (at) => <Moment at={at} />) },
    { name: 'Newest trade', number: true, cell: ({ lagSeconds }) => orNot(lagSeconds, lagText) },
    { name: 'Keys', number: true, cell: ({ keys }) => orNot(keys, count) },
    { name: 'Checkpoint', number: true, cell: ({ checkpointed }) => orNot(checkpointed, (at) => <Ago at={at} />) },
    { name: 'Its file', number: true, cell: ({ checkpointBytes }) => orNot(checkpointBytes, bytesText) },
    { name: 'Unsaved', number: true, cell: ({ unsavedSeconds }) => orNot(unsavedSeconds, (s) => duration(s * 1_000)) },
  ];
  return (
    <Panel title="Partitions" note={`market time in New York`}>
      <ColumnTable
        empty="None are known."
        label="Partitions, table"
        rows={health.partitions}
        keyOf={({ partition }) => partition}
        columns={columns}
      />
    </Panel>
  );
}

/** The state of every operator. */
export function Operators({ health }: { readonly health: WirePipeline }) {
  const operators = health.nodes.filter(({ kind }) => kind === 'operator');
  const columns: readonly Column<(typeof operators)[number]>[] = [
    { name: 'Operator', cell: ({ name }) => name },
    { name: 'Kind', cell: ({ operator }) => operator },
    { name: 'Keys', number: true, cell: ({ keys }) => orNot(keys, count) },
    { name: 'Bytes', number: true, cell: () => <NotKnown why="a state does not count its bytes" /> },
  ];
  return (
    <Panel title="State by operator" note="all partitions">
      <ColumnTable
        empty="None are known."
        label="State by operator, table"
        rows={operators}
        keyOf={({ id }) => id}
        columns={columns}
      />
    </Panel>
  );
}

/** The processes, and what runs in them. */
export function Runners({ health }: { readonly health: WirePipeline }) {
  const columns: readonly Column<WireRunner>[] = [
    { name: 'Runner', cell: ({ name }) => name },
    {
      name: 'Answers',
      cell: ({ why }) => (why === null ? <span class="gain">yes</span> : <span class="loss">{`no: ${why}`}</span>),
    },
    { name: 'Stockafolio', cell: ({ version }) => orNot(version, String) },
    { name: 'Node', cell: ({ node }) => orNot(node, String) },
    { name: 'Started', number: true, cell: ({ started }) => orNot(started, (at) => <Ago at={at} />) },
    { name: 'Partitions', number: true, cell: ({ partitions }) => orNot(partitions, count) },
    { name: 'Memory', number: true, cell: ({ memory }) => orNot(memory, bytesText) },
    { name: 'Processors', number: true, cell: ({ processors }) => orNot(processors, rateText) },
  ];
  return (
    <Panel title="Runners">
      {health.runners.length === 0 ? (
        <p class="empty">
          This server was not told where the metrics of the runners are (serve --metrics http://HOST:PORT), so only what
          is in the tables is known.
        </p>
      ) : (
        <ColumnTable
          empty="None are known."
          label="Runners, table"
          rows={health.runners}
          keyOf={({ name }) => name}
          columns={columns}
        />
      )}
    </Panel>
  );
}

/** How long ago it was, by the visitor's clock. */
function Ago({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {`${duration(now.value - Date.parse(at))} ago`}
    </time>
  );
}

/** A replayed market may be ahead of the clock. */
function lagText(seconds: number): string {
  return seconds < 0 ? `${duration(-seconds * 1_000)} ahead` : `${duration(seconds * 1_000)} ago`;
}
