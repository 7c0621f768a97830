import { instantiate } from '../compile/compile.js';
import { valueFits, type Fits, type Value } from '../schema/index.js';
import type { Column } from './table.js';

/** Whether each of these values is one of its column's. */
export type RowFits = (values: readonly Value[]) => boolean;

interface Parts {
  readonly at: number;
  readonly fits: Fits;
  readonly next: RowFits;
}

/**
 * A test of the values of these columns. Each column tests its value and calls the next one. All have code of their
 * own, so V8 makes one function of them.
 *
 * @param owner see `instantiate`
 */
export function rowFits(owner: string, columns: readonly Column[]): RowFits {
  return columns.reduceRight<RowFits>(
    (next, { name, type }, at) => {
      const place = `column '${name}' of ${owner}`;
      return instantiate(place, columnFits, { at, fits: valueFits(place, type), next });
    },
    () => true,
  );
}

function columnFits({ at, fits, next }: Parts): RowFits {
  return (values) => fits(values[at]) && next(values);
}
