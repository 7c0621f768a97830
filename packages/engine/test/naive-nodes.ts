import type { Part } from '@stockafolio/conformance/random';

/** A part of a plan, named after its number, counted depth first. */
export interface Node {
  readonly name: string;
  readonly part: Part;
  readonly next: readonly Node[];
  readonly behindTimers: readonly Node[];
}

export function nodesOf(parts: readonly Part[]): readonly Node[] {
  let number = 0;
  const nodeOf = (part: Part): Node => {
    const name = `n${number++}`;
    const next = ('next' in part ? part.next : []).map(nodeOf);
    return { name, part, next, behindTimers: ('behindTimers' in part ? part.behindTimers : []).map(nodeOf) };
  };
  return parts.map(nodeOf);
}

/** The parts behind one that are executed with it: none behind a repartition. */
export function behind({ part, next, behindTimers }: Node): readonly Node[] {
  return part.kind === 'repartition' ? [] : [...next, ...behindTimers];
}

/** The joins at and behind a part, depth first, whose other records are those at the root. */
export function joinsWithRoot(node: Node): Node[] {
  const { part } = node;
  const own = (part.kind === 'join' || part.kind === 'versions') && part.isWithRoot ? [node] : [];
  return [...own, ...behind(node).flatMap(joinsWithRoot)];
}

/** The parts at and behind others, also behind repartitions, that the changelog alone reaches: they are executed first. */
export function tablesOfChanges(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => {
    const { part, next, behindTimers } = node;
    const own = part.kind === 'current' && (part.as === 'rows' || part.as === 'figures') ? [node] : [];
    return [...own, ...tablesOfChanges([...next, ...behindTimers])];
  });
}
