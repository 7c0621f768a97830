import { operatorLaws } from '@stockafolio/testing';
import { map } from 'rxjs';
import { movingMedian } from './moving-median.js';
import { medians, sales, type Sale } from './tills.js';

/** Prints the laws that the operator keeps, one per line; ends with an error at the first that it breaks. */
const records = Array.from({ length: 60 }, (_, n): Sale => ({
  till: `till-${n % 3}`,
  item: 'bread',
  count: 1,
  price: ((n * 37) % 11) * 1_000,
  time: n * 500,
}));
const laws = operatorLaws({
  stream: sales,
  records,
  table: medians,
  rows: (sales) =>
    sales.pipe(
      movingMedian('medians', 'till', (s: Sale) => s.price),
      map(({ key, median }) => ({ till: key, median })),
    ),
});
for (const { name, prove } of laws) {
  await prove();
  process.stdout.write(`${name}\n`);
}
