import { isStockafolioError, StockafolioError } from '@stockafolio/core';
import type { Files, LoadedStates, SavedArray, SavedSlots } from '@stockafolio/core/ports';
import { checkPartitioning } from '../tables/partitioning.js';
import { mayBeSameSource } from '../tables/input-name.js';
import type { PartitionEngine } from '../partition/partition-engine.js';
import { checksumOf, decodeContainer } from './container.js';
import { checkpointFolder, isCheckpoint, offsetOf, type CheckpointHeader, type Link, type TableIds } from './header.js';
import { comparePlans, type PlanChange } from './plan.js';
import { checkTableIds } from './table-ids.js';

export interface Checkpoint {
  readonly name: string;
  readonly checksum: number;
  readonly header: CheckpointHeader;
  readonly sections: readonly SavedArray[];
}

/** A complete chain of files, the oldest first: from the start of a base to the checkpoint itself. */
export interface CheckpointChain {
  readonly files: readonly Checkpoint[];
  readonly last: Checkpoint;
  readonly base: string;
}

/**
 * Finds the newest checkpoint that can be restored completely. One that is torn, altered or lacks a file is skipped for
 * the previous one, and reported through `onSkipped`.
 *
 * @param upTo the highest offset that the checkpoint may have: those beyond it are not examined
 */
export async function findCheckpoint(
  files: Files,
  pipeline: string,
  partition: number,
  onSkipped: (name: string, reason: string) => void,
  upTo = Number.POSITIVE_INFINITY,
): Promise<CheckpointChain | undefined> {
  const names: string[] = [];
  for await (const { name } of files.list(checkpointFolder(pipeline, partition)))
    if (isCheckpoint(name) && offsetOf(name) <= upTo) names.push(name);
  const read = new Map<string, Promise<Checkpoint>>();
  const open = (name: string): Promise<Checkpoint> => {
    let opened = read.get(name);
    if (opened === undefined) {
      opened = readCheckpoint(files, name);
      read.set(name, opened);
    }
    return opened;
  };
  for (const name of names.reverse()) {
    try {
      return await chainOf(name, open);
    } catch (error) {
      if (!isStockafolioError(error, 'ERR_CHECKPOINT_CORRUPT') && !isStockafolioError(error, 'ERR_FILE_NOT_FOUND'))
        throw error;
      onSkipped(name, error.message);
    }
  }
  return undefined;
}

async function readCheckpoint(files: Files, name: string): Promise<Checkpoint> {
  const bytes = await files.read(name);
  const { header, sections } = decodeContainer(name, bytes);
  const { format } = header as { format: number };
  if (format > 2) {
    throw new StockafolioError(
      'ERR_CHECKPOINT_CORRUPT',
      `checkpoint '${name}' has format ${format}, of a later version of the engine`,
    );
  }
  return { name, checksum: checksumOf(bytes), header: header as CheckpointHeader, sections };
}

async function chainOf(name: string, open: (name: string) => Promise<Checkpoint>): Promise<CheckpointChain> {
  const last = await open(name);
  const base = last.header.base;
  if (base === null)
    throw new StockafolioError(
      'ERR_CHECKPOINT_CORRUPT',
      `checkpoint '${name}' was written before the first base was complete`,
    );
  const chain = [last];
  let at = last;
  while (at.name !== base) {
    const link: Link | null = at.header.previous;
    if (link === null)
      throw new StockafolioError('ERR_CHECKPOINT_CORRUPT', `checkpoint '${name}' does not lead back to its base`);
    at = await open(link.name);
    if (at.checksum !== link.checksum) {
      throw new StockafolioError(
        'ERR_CHECKPOINT_CORRUPT',
        `checkpoint '${link.name}' is not the one that '${name}' continues from`,
      );
    }
    chain.push(at);
  }
  return { files: chain.reverse(), last, base };
}

export interface RestoreOptions {
  readonly source: string;
  /** Continue although operators or tables are not those of the checkpoint. */
  readonly acceptPlanChange: boolean;
  /**
   * Ids of the tables that are to hold what the checkpoint continues from; those that it does not know are not
   * compared.
   */
  readonly tableIds?: TableIds;
}

/**
 * Loads a checkpoint into a new engine.
 *
 * @throws ERR_SOURCE_MISMATCH if it is of another source, ERR_PARTITIONS_CHANGED if the source is now partitioned
 * otherwise, ERR_TABLES_REMADE if a table is not the one that belongs to it, ERR_CHECKPOINT_PLAN_CHANGED if the
 * pipeline has changed
 */
export function restoreCheckpoint(
  engine: PartitionEngine,
  chain: CheckpointChain,
  options: RestoreOptions,
): PlanChange[] {
  const { header } = chain.last;
  if (!mayBeSameSource(header.source, options.source)) {
    throw new StockafolioError(
      'ERR_SOURCE_MISMATCH',
      `checkpoint '${chain.last.name}' was made from source ${header.source}; this source is ${options.source}`,
      { hint: 'give this source its own checkpoints and tables' },
    );
  }
  checkPartitioning(`checkpoint '${chain.last.name}'`, header.partitioning, engine.partitioning);
  checkTableIds(`checkpoint '${chain.last.name}'`, header.tableIds ?? {}, options.tableIds ?? {});
  const changes = comparePlans(header, engine.plan);
  const changed = changes.filter(({ verdict }) => verdict !== 'kept');
  if (changed.length > 0 && !options.acceptPlanChange) {
    throw new StockafolioError(
      'ERR_CHECKPOINT_PLAN_CHANGED',
      `the pipeline is not the one of checkpoint '${chain.last.name}': ${changed.map((c) => `${c.subject} ${c.detail}`).join('; ')}`,
      {
        hint: 'rebuild the tables from the archive (batch --from-start), or accept the change as it is (--accept-plan-change)',
      },
    );
  }
  const lost = new Set(changes.filter(({ verdict }) => verdict === 'lost').map(({ subject }) => subject));
  const kept = engine.operators.map(({ layout }) => layout.name).filter((name) => !lost.has(`operator '${name}'`));
  engine.states.load(chain.files.map(savedIn), new Set(kept));
  const layouts = header.operators.map(({ layout }) => layout).filter(({ name }) => kept.includes(name));
  engine.resume(header.position, new Map(layouts.map((layout) => [layout.name, layout])));
  return changes;
}

function savedIn({ header: { texts, operators }, sections }: Checkpoint): LoadedStates {
  const states = new Map<string, SavedSlots>();
  for (const { layout, state, subKeys = {} } of operators) {
    states.set(layout.name, state);
    for (const [name, slots] of Object.entries(subKeys)) states.set(`${layout.name}/${name}`, slots);
  }
  return { texts, sections, states };
}
