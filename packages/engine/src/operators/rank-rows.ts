import { StockafolioError } from '@stockafolio/core';
import { bytesOf, crc32, rowId } from '@stockafolio/core/ports';
import type { OperatorHost } from './operator-host.js';
import type { Ranking } from './ranking.js';

/** A rank, as it is emitted. */
interface Figure {
  readonly by: string;
  readonly rank: number;
  readonly key: readonly unknown[];
}

/**
 * Checks that the rows of a rank depend on its group, its field and its number alone. Its key and its value are those of
 * a commit; a row that another key or value does not write again would stay, and differ from run to run.
 */
export class RankRows {
  readonly #host: OperatorHost;
  /** Of each ranking, a checksum of the rows of each rank. */
  readonly #checksums = new WeakMap<Ranking, number[]>();

  constructor(host: OperatorHost) {
    this.#host = host;
  }

  /** @throws ERR_PIPELINE_INVALID if a rank makes other rows than before in this run */
  check(ranking: Ranking, figure: Figure): void {
    const rows = this.#host.rowsOf(figure);
    if (rows === undefined) return;
    const checksum = crc32(bytesOf(rows.map(rowId).join()));
    const checksums = this.#checksums.get(ranking) ?? [];
    this.#checksums.set(ranking, checksums);
    const before = checksums[figure.rank];
    checksums[figure.rank] = checksum;
    if (before === undefined || before === checksum) return;
    const { by, rank, key } = figure;
    const [row] = rows;
    const made =
      row === undefined ? 'no row' : `another row, (${row.values.map(String).join(', ')}) of table '${row.table.name}'`;
    throw new StockafolioError(
      'ERR_PIPELINE_INVALID',
      `operator '${this.#host.node.name}': rank ${rank} by '${by}' makes ${made}, now that ${key.map(String).join(', ')} has it: the earlier row would stay`,
      { hint: 'make the key of the row from group, by and rank, and do not filter by the key or the value of a rank' },
    );
  }
}
