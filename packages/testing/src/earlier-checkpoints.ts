import { checkpointFolder, findCheckpoint } from '@stockafolio/engine';
import { memoryFiles, type MemoryFiles } from './memory-files.js';

/** A message, by the name of its stream and its offset. */
export interface Delivered {
  readonly stream: string;
  readonly offset: number;
}

/** The checkpoints of a partition that a run would have found before it was given these messages. */
export async function checkpointsBefore(
  { contents }: MemoryFiles,
  pipeline: string,
  partition: number,
  messages: readonly Delivered[],
): Promise<MemoryFiles> {
  const earlier = memoryFiles();
  const folder = checkpointFolder(pipeline, partition);
  for (const [name, bytes] of contents) if (name.startsWith(folder)) earlier.contents.set(name, bytes);
  for (;;) {
    const chain = await findCheckpoint(earlier, pipeline, partition, () => undefined);
    if (chain === undefined) return earlier;
    const { name, header } = chain.last;
    const { inputs, offset: only } = header.position;
    const reached = (stream: string): number => inputs?.find((input) => input.stream === stream)?.offset ?? 0;
    if (messages.every(({ stream, offset }) => (inputs === undefined ? only : reached(stream)) <= offset))
      return earlier;
    earlier.contents.delete(name);
  }
}
