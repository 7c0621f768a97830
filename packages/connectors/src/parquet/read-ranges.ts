import type { Files } from '@stockafolio/core/ports';

/** Reading up to this many unneeded bytes is cheaper than a second request. */
const GAP = 131_072;

interface Span {
  readonly startByte: number;
  readonly endByte: number;
}

/** The bytes of several ranges of a file; close ranges are read in one request. */
export async function readRanges(files: Files, name: string, spans: readonly Span[]): Promise<readonly Uint8Array[]> {
  const order = spans.map((_, i) => i).sort((a, b) => startOf(spans, a) - startOf(spans, b));
  const runs: { start: number; end: number; members: number[] }[] = [];
  for (const i of order) {
    const span = spans[i];
    if (span === undefined) continue;
    const last = runs.at(-1);
    if (last !== undefined && span.startByte - last.end <= GAP) {
      last.end = Math.max(last.end, span.endByte);
      last.members.push(i);
    } else {
      runs.push({ start: span.startByte, end: span.endByte, members: [i] });
    }
  }
  const parts: Uint8Array[] = spans.map(() => new Uint8Array());
  await Promise.all(
    runs.map(async ({ start, end, members }) => {
      const bytes = await files.read(name, { start, end });
      for (const i of members) {
        const span = spans[i];
        if (span !== undefined) parts[i] = bytes.subarray(span.startByte - start, span.endByte - start);
      }
    }),
  );
  return parts;
}

function startOf(spans: readonly Span[], i: number): number {
  return spans[i]?.startByte ?? 0;
}
