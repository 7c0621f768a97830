import type { Memory } from './naive-memory.js';
import { behind, type Node } from './naive-nodes.js';

/** The rows of the rankings of a plan, by table and rank. */
export function rankRows(nodes: readonly Node[], { sums }: Memory): Record<string, string> {
  const rows: Record<string, string> = {};
  const rank = (node: Node): void => {
    const { name, part } = node;
    if (part.kind === 'rank') {
      const ranked = Object.entries(sums)
        .filter(([id]) => id.startsWith(`${name}/`))
        .map(([id, { amount }]) => ({ user: id.slice(name.length + 1), amount }));
      ranked.sort((a, b) => b.amount - a.amount || (a.user < b.user ? -1 : 1));
      ranked.slice(0, part.k).forEach(({ amount }, n) => {
        rows[`${name}/${n + 1}/`] = `${amount} 0`;
      });
    }
    behind(node).forEach(rank);
  };
  nodes.forEach(rank);
  return rows;
}
