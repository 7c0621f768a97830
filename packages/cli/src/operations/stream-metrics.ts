import type { Clock } from '@stockafolio/core/ports';
import type { StreamEvent } from '@stockafolio/runner-stream';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const LATENCIES = [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The Prometheus metrics of a stream run, taken from its events. Times are in seconds, as usual in Prometheus. */
export class StreamMetrics {
  readonly registry = new Registry();
  readonly #clock: Pick<Clock, 'now'>;
  readonly #latest = new Map<string, number>();
  /** Dead letters of this run, by partition that it holds. */
  readonly #setAside = new Map<string, number>();
  readonly #operators = new Set<string>();

  readonly #records = this.#counter('records_total', 'Messages processed, including bad ones.');
  readonly #rows = this.#counter('rows_written_total', 'Rows acknowledged by the tables.');
  readonly #tableRows = this.#counter('table_rows_total', 'The same, by table.', ['table']);
  readonly #commits = this.#counter('commits_total', 'Commits: rows and progress acknowledged.');
  readonly #letters = this.#counter('dead_letters_total', 'Messages dead-lettered, as a whole or for one operator.');
  readonly #manyLetters = this.#counter(
    'many_dead_letters_total',
    'How often more messages were dead-lettered than the share that is allowed.',
  );
  readonly #retries = this.#counter('retries_total', 'Failed attempts that were or will be retried.', ['what']);
  readonly #checkpoints = this.#counter('checkpoints_total', 'Checkpoints, by their outcome.', ['result']);
  readonly #behind = this.#gauge('lag_records', 'Messages in the source that are not in the tables yet.', [
    'partition',
  ]);
  readonly #unsaved = this.#gauge(
    'unsaved_seconds',
    'Age of the oldest change that is in no checkpoint: this much is read again after a restart.',
    ['partition'],
  );
  readonly #wentBack = this.#counter(
    'went_back_total',
    'How often the tables may have lost rows that they had acknowledged.',
  );
  readonly #offset = this.#gauge('offset', 'The next offset to process.', ['partition']);
  readonly #keys = this.#gauge('state_keys', 'Keys whose state is held.', ['partition']);
  readonly #operatorKeys = this.#gauge('operator_keys', 'Keys whose state is held, by operator.', [
    'partition',
    'operator',
  ]);
  readonly #checkpointBytes = this.#gauge('checkpoint_bytes', 'Size of the newest checkpoint file.', ['partition']);
  readonly #checkpointTime = this.#gauge(
    'checkpoint_time_seconds',
    'When the newest checkpoint was stored, Unix time.',
    ['partition'],
  );
  readonly #partitions = this.#gauge('partitions', 'Assigned partitions.');
  readonly #took = this.#histogram(
    'commit_seconds',
    'From the cut through the stream to the acknowledgement of its rows.',
  );
  readonly #endToEnd = this.#histogram(
    'end_to_end_seconds',
    'From the time when the source received a message to its rows being readable; for the oldest message of each commit and partition.',
  );

  /** @param version of the command */
  constructor(clock: Pick<Clock, 'now'>, version: string) {
    this.#clock = clock;
    this.#gauge('build_info', 'The version of Stockafolio that runs.', ['version']).set({ version }, 1);
    collectDefaultMetrics({ register: this.registry });
    const latest = this.#latest;
    new Gauge({
      name: 'stockafolio_lag_seconds',
      help: 'The present time minus the latest event time that is in the tables.',
      labelNames: ['partition'],
      registers: [this.registry],
      collect() {
        for (const [partition, time] of latest) this.set({ partition }, (clock.now() - time) / 1000);
      },
    });
  }

  take(event: StreamEvent): void {
    const { stage } = event;
    switch (event.type) {
      case 'started':
      case 'resumed':
        this.#hold(label(event.partition, stage), event.offset);
        return;
      case 'revoked':
      case 'lost':
        this.#forget(label(event.partition, stage));
        return;
      case 'retry':
        this.#retries.inc({ what: event.what });
        return;
      case 'checkpointed':
        this.#checkpoints.inc({ result: 'stored' });
        this.#checkpointBytes.set({ partition: label(event.partition, stage) }, event.bytes);
        this.#checkpointTime.set({ partition: label(event.partition, stage) }, this.#clock.now() / 1000);
        return;
      case 'checkpoint-failed':
        this.#checkpoints.inc({ result: 'failed' });
        return;
      case 'checkpoint-skipped':
        this.#checkpoints.inc({ result: 'skipped' });
        return;
      case 'many-dead-letters':
        this.#manyLetters.inc();
        return;
      case 'went-back':
        this.#wentBack.inc();
        return;
      case 'lag':
        for (const { partition: number, behind, unsaved, keys } of event.partitions) {
          const partition = label(number, stage);
          this.#behind.set({ partition }, behind);
          this.#unsaved.set({ partition }, unsaved / 1000);
          for (const [operator, size] of Object.entries(keys)) {
            this.#operatorKeys.set({ partition, operator }, size);
            this.#operators.add(operator);
          }
        }
        return;
      case 'committed':
        this.#committed(event);
    }
  }

  #committed({ records, rows, tables, took, partitions, stage }: Extract<StreamEvent, { type: 'committed' }>): void {
    // Those of the other stages are made of these.
    if (stage === undefined) this.#records.inc(records);
    this.#rows.inc(rows);
    for (const [table, count] of Object.entries(tables)) this.#tableRows.inc({ table }, count);
    this.#commits.inc();
    this.#took.observe(took / 1000);
    for (const { partition: number, offset, behind, latest, oldest, setAside, keys } of partitions) {
      const partition = label(number, stage);
      this.#offset.set({ partition }, offset);
      this.#behind.set({ partition }, behind);
      this.#keys.set({ partition }, keys);
      if (latest !== null) this.#latest.set(partition, latest);
      if (oldest !== null) this.#endToEnd.observe(Math.max(0, this.#clock.now() - oldest) / 1000);
      this.#letters.inc(setAside - (this.#setAside.get(partition) ?? 0));
      this.#setAside.set(partition, setAside);
    }
  }

  /** One process may run a stream several times: each run counts its dead letters from 0. */
  #hold(partition: string, offset: number): void {
    this.#offset.set({ partition }, offset);
    if (!this.#setAside.has(partition)) this.#partitions.inc();
    this.#setAside.set(partition, 0);
  }

  #forget(partition: string): void {
    if (this.#setAside.delete(partition)) this.#partitions.dec();
    this.#latest.delete(partition);
    const gauges = [this.#offset, this.#behind, this.#unsaved, this.#keys, this.#checkpointBytes, this.#checkpointTime];
    for (const gauge of gauges) gauge.remove({ partition });
    for (const operator of this.#operators) this.#operatorKeys.remove({ partition, operator });
  }

  #counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `stockafolio_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name: `stockafolio_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string): Histogram {
    return new Histogram({ name: `stockafolio_${name}`, help, buckets: LATENCIES, registers: [this.registry] });
  }
}

/** The label of a partition: its number, behind the name of the stage if it is not the first. */
function label(partition: number, stage: string | undefined): string {
  return stage === undefined ? String(partition) : `${stage}/${partition}`;
}
