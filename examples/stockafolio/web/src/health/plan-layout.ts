import type { WirePlanEdge, WirePlanNode } from '@stockafolio/example/api';

/** A node with its place: the column from the left, and the row from the top, which may be between two. */
export interface PlacedNode {
  readonly node: WirePlanNode;
  readonly column: number;
  readonly row: number;
}

export interface PlanLayout {
  readonly placed: ReadonlyMap<string, PlacedNode>;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Places a plan from left to right: every node right of all that it is made from, and all ends, such as tables, in the
 * last column, in the order of a walk through the plan. What leads to several ends is in the middle of them.
 */
export function layoutOf(nodes: readonly WirePlanNode[], edges: readonly WirePlanEdge[]): PlanLayout {
  const below = new Map<string, string[]>();
  const above = new Map<string, string[]>();
  for (const { from, to } of edges) {
    below.set(from, [...(below.get(from) ?? []), to]);
    above.set(to, [...(above.get(to) ?? []), from]);
  }
  const columns = new Map<string, number>();
  const columnOf = (id: string): number => {
    const known = columns.get(id);
    if (known !== undefined) return known;
    // A plan has no cycles; if one came, this ends all the same.
    columns.set(id, 0);
    const column = Math.max(-1, ...(above.get(id) ?? []).map(columnOf)) + 1;
    columns.set(id, column);
    return column;
  };
  for (const { id } of nodes) columnOf(id);
  const isEnd = (id: string): boolean => (below.get(id) ?? []).length === 0;
  const last = Math.max(0, ...columns.values());

  const rows = new Map<string, number>();
  let ends = 0;
  const place = (id: string): void => {
    if (rows.has(id)) return;
    rows.set(id, ends);
    const parts = [...new Set(below.get(id) ?? [])];
    const first = parts.filter((part) => !rows.has(part));
    for (const part of first) place(part);
    if (first.length === 0) rows.set(id, ends++);
    else rows.set(id, ((rows.get(first[0] ?? '') ?? 0) + (rows.get(first.at(-1) ?? '') ?? 0)) / 2);
  };
  for (const { id } of nodes) if ((above.get(id) ?? []).length === 0) place(id);
  for (const { id } of nodes) place(id);

  const placed = new Map(
    nodes.map((node) => {
      const column = isEnd(node.id) ? last : (columns.get(node.id) ?? 0);
      return [node.id, { node, column, row: rows.get(node.id) ?? 0 }] as const;
    }),
  );
  return { placed, columns: last + 1, rows: Math.max(1, ends) };
}
