import type { Pipeline } from '@stockafolio/core';
import type { Position, Tables } from '@stockafolio/core/ports';
import {
  inputName,
  type NotedPartitioning,
  type Progress,
  readMarks,
  readPartitionings,
  readWhole,
  type Whole,
} from '@stockafolio/engine';

/** What the tables of a pipeline hold, by partition. */
export interface Written {
  readonly wholes: ReadonlyMap<number, Whole>;
  /** The positions up to which they were made, as far as marks are known. */
  readonly marks: ReadonlyMap<number, Position>;
  readonly noted: ReadonlyMap<number, NotedPartitioning>;
}

/** @param progress of these tables */
export async function readWritten(
  tables: Pick<Tables, 'scan'>,
  pipeline: Pipeline,
  progress: ReadonlyMap<number, Progress>,
): Promise<Written> {
  const [wholes, marks, noted] = await Promise.all([
    readWhole(tables, pipeline.name, progress),
    readAllMarks(tables, pipeline),
    readPartitionings(tables, inputName(pipeline, 0)),
  ]);
  return { wholes, marks, noted };
}

async function readAllMarks(tables: Pick<Tables, 'scan'>, pipeline: Pipeline): Promise<ReadonlyMap<number, Position>> {
  const { streams, name } = pipeline;
  if (streams.length === 1) return readMarks(tables, name);
  const marks = await Promise.all([...streams.keys()].map((input) => readMarks(tables, inputName(pipeline, input))));
  const partitions = new Set(marks.flatMap((each) => [...each.keys()]));
  return new Map(
    [...partitions].map((partition) => {
      const inputs = marks.map((each) => each.get(partition) ?? { offset: 0 });
      const offset = inputs.reduce((sum, each) => sum + each.offset, 0);
      return [partition, { partition, offset, inputs: inputs.map((each) => withoutPartition(each)) }];
    }),
  );
}

function withoutPartition({ offset, mark }: Pick<Position, 'offset' | 'mark'>): Pick<Position, 'offset' | 'mark'> {
  return mark === undefined ? { offset } : { offset, mark };
}
