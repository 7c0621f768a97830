import {
  bigDecimal,
  decimal,
  int32,
  optional,
  record,
  table,
  type Fields,
  type FieldType,
  type RecordSchema,
  type Value,
} from '@stockafolio/core';
import { formatValue, type Tables } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { collected } from './expect-code.js';
import type { TablesHarness } from './tables-contract.js';

/** The values of a record by field. */
export type DecimalRow = Readonly<Record<string, Value>>;

export interface DecimalsHarness {
  /**
   * Stores the rows, and returns them in the same order as the adapter gives them back. It throws a StockafolioError if
   * it cannot hold a value.
   */
  keep(schema: RecordSchema, rows: readonly DecimalRow[]): Promise<readonly DecimalRow[]>;
  /** The least `bigDecimal` that the adapter holds; defaults to -2^127. */
  readonly least?: bigint;
  /** Runs of the property tests; defaults to 50. */
  readonly runs?: number;
}

const SCALES = [0, 1, 2, 4, 8, 15, 18];

const fields: Fields = Object.fromEntries(
  SCALES.flatMap((scale) => [
    [`small${scale}`, decimal(scale)],
    [`maybe${scale}`, optional(decimal(scale))],
    [`big${scale}`, bigDecimal(scale)],
    [`maybeBig${scale}`, optional(bigDecimal(scale))],
    [`short${scale}`, decimal(scale, { json: 'number' })],
    [`shortBig${scale}`, bigDecimal(scale, { json: 'number' })],
  ]),
);
const EveryScale = record('every_scale', fields);

/** As text, by arithmetic of its own. */
function shown(units: bigint, { scale = -1, json }: FieldType): string {
  const one = 10n ** BigInt(scale);
  const magnitude = units < 0n ? -units : units;
  const all = String((magnitude % one) + one).slice(1);
  const kept = json === 'number' ? all.replace(/0+$/, '') : all;
  const fraction = kept === '' ? '' : `.${kept}`;
  return `${units < 0n ? '-' : ''}${magnitude / one}${fraction}`;
}

/** The laws of `decimal(scale)` and `bigDecimal(scale)`, for everything that stores their values. */
export function runDecimalsContract(name: string, { keep, least = -(2n ** 127n), runs = 50 }: DecimalsHarness): void {
  const edges = fc.constantFrom(0, 1, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 10 ** 15, -(10 ** 15), 2 ** 32, -(2 ** 31) - 1);
  const small = fc.oneof(edges, fc.maxSafeInteger(), fc.integer()).map((units) => units + 0);
  const bigEdges = fc.constantFrom(0n, -1n, 2n ** 127n - 1n, least, 2n ** 64n, -(2n ** 63n), 10n ** 38n);
  const big = fc.oneof(bigEdges, fc.bigInt({ min: least, max: 2n ** 127n - 1n }), fc.bigInt({ min: -999n, max: 999n }));
  const row: fc.Arbitrary<DecimalRow> = fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([field, { kind, optional: mayLack }]) => {
        const value: fc.Arbitrary<Value> = kind === 'decimal' ? small : big;
        return [field, mayLack ? fc.option(value, { nil: undefined }) : value];
      }),
    ),
  );
  const plainRow: DecimalRow = Object.fromEntries(
    Object.entries(fields).map(([field, { kind, optional: mayLack }]) => [
      field,
      mayLack ? undefined : kind === 'decimal' ? 0 : 0n,
    ]),
  );

  describe(`${name} keeps decimals`, () => {
    it('of any scale and value exactly, with the same text everywhere', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 10 }), async (rows) => {
          const kept = await keep(EveryScale, rows);
          expect(kept.length).to.equal(rows.length);
          for (const [n, given] of rows.entries()) {
            for (const [field, type] of Object.entries(fields)) {
              const [value, found] = [given[field], kept[n]?.[field]];
              expect(found, field).to.equal(value);
              expect(Object.is(found, -0), field).to.equal(false);
              if (value === undefined) continue;
              expect(formatValue(type, found)).to.equal(shown(BigInt(value), type));
            }
          }
        }),
        { numRuns: runs },
      );
    });

    it('within 2^53 and 2^127, and refuses what is past that', async () => {
      for (const scale of SCALES) {
        for (const [field, value] of [
          [`small${scale}`, 2 ** 53],
          [`small${scale}`, -(2 ** 53)],
          [`small${scale}`, 0.5],
          [`maybe${scale}`, Number.NaN],
          [`big${scale}`, 2n ** 127n],
          [`big${scale}`, -(2n ** 127n) - 1n],
        ] as const) {
          let outcome: unknown;
          try {
            outcome = await keep(EveryScale, [{ ...plainRow, [field]: value }]);
          } catch (error) {
            // Not by its class: core's own specs have a second one.
            if (!(error instanceof Error && 'domain' in error)) throw error;
            outcome = error.domain;
          }
          expect(outcome, `${field} ${value}`).to.equal('user');
        }
      }
    });
  });
}

const keyed = table('decimals_kept', { partitionBy: ['row'] }, { row: int32(), ...fields });

/** How tables keep rows, for {@link runDecimalsContract}. */
export async function keptByTables(tables: Tables, rows: readonly DecimalRow[]): Promise<readonly DecimalRow[]> {
  await tables.create([keyed]);
  const names = Object.keys(fields);
  await tables.write(
    rows.map((row, n) => ({ table: keyed, values: [n, ...names.map((name) => row[name])], version: (version += 1) })),
  );
  const kept: DecimalRow[] = [];
  for (const n of rows.keys()) {
    const { values = [] } = (await tables.get(keyed, [n])) ?? {};
    kept.push(Object.fromEntries(names.map((name, at) => [name, values[at + 1]])));
  }
  return kept;
}

let version = 0;

const byAmount = (scale: number, isDescending: boolean) =>
  table(
    `amounts_${scale}${isDescending ? '_down' : ''}`,
    { partitionBy: ['row'], clusterBy: ['amount'], ...(isDescending ? { descending: ['amount'] as const } : {}) },
    { row: int32(), amount: decimal(scale), note: int32() },
  );

/** The same laws for tables, and that rows are in the order of decimal keys. */
export function runDecimalTablesContract(name: string, harness: TablesHarness): void {
  const keep: DecimalsHarness['keep'] = async (_, rows) => {
    const { tables, destroy } = await harness.fresh();
    try {
      return await keptByTables(tables, rows);
    } finally {
      await destroy();
    }
  };
  runDecimalsContract(name, { keep, runs: harness.runs ?? 50 });

  it(`${name} has rows in the order of decimal keys, negative ones and those near 2^53 too`, async () => {
    const { tables, destroy } = await harness.fresh();
    try {
      const all = [0, 8, 18].flatMap((scale) => [byAmount(scale, false), byAmount(scale, true)]);
      await tables.create(all);
      const edges = [
        -(2 ** 53) + 1,
        -(2 ** 32),
        -(2 ** 32) - 1,
        -256,
        -1,
        0,
        1,
        255,
        256,
        2 ** 31,
        2 ** 32,
        2 ** 53 - 1,
      ];
      const amounts = [...new Set([...edges, ...fc.sample(fc.maxSafeInteger(), 50).map((units) => units + 0)])];
      for (const each of all) {
        await tables.write(amounts.map((amount, note) => ({ table: each, values: [1, amount, note], version: 1 })));
        const ascending = amounts.toSorted((a, b) => a - b);
        const found = (await collected(tables.scan(each, [1]))).map(({ values }) => values[1]);
        expect(found, each.name).to.deep.equal(each.columns[1]?.descending ? ascending.reverse() : ascending);
        for (const amount of edges) expect((await tables.get(each, [1, amount]))?.values[1]).to.equal(amount);
      }
    } finally {
      await destroy();
    }
  });
}
