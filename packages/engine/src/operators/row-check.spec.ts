import { expect } from 'chai';
import { type Sale, sale, sales } from '@stockafolio/conformance';
import {
  boolean,
  date,
  double,
  type FieldType,
  foldByKey,
  int32,
  int64,
  into,
  money,
  oneOf,
  optional,
  pipeline,
  record,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

/**
 * The codes of the dead letters of records that set a field of type `kept`, for a table whose column is of type
 * `column`.
 */
async function codesFor(
  kept: FieldType,
  column: FieldType,
  values: readonly unknown[],
): Promise<(string | undefined)[]> {
  const State = record('state', { field: kept, other: int64() });
  const made = table('rows', { partitionBy: ['user'] }, { user: text(), field: column, other: int64() });
  const harness = pipelineHarness<Sale>(
    pipeline('checked', { sales }, ({ sales }) => [
      into(
        made,
        sales.pipe(
          foldByKey('f', {
            key: (s) => [s.user],
            state: State,
            fold: (state, s) => void ((state as { field: unknown }).field = values[s.amount]),
          }),
        ) as never,
      ),
    ]),
    { partitions: 1 },
  );
  values.forEach((_, amount) => harness.push(sale({ user: `user ${amount}`, amount })));
  await harness.commit();
  const rejected = new Map((await harness.deadLetters()).map(({ offset, code }) => [offset, code]));
  const rows = new Map((await harness.rows(made)).map((row) => [row.user, (row as Partial<typeof row>).field]));
  return values.map((value, n) => {
    const code = rejected.get(n);
    expect(rows.has(`user ${n}`), 'a row or a dead letter').to.equal(code === undefined);
    if (code === undefined) expect(rows.get(`user ${n}`)).to.equal(value);
    return code;
  });
}

/** How many of the first values a column accepts; it must reject all that follow. */
async function taken(kept: FieldType, column: FieldType, values: readonly unknown[]): Promise<number> {
  const codes = await codesFor(kept, column, values);
  const count = codes.indexOf('ERR_ROW_INVALID');
  expect(codes.slice(count === -1 ? codes.length : count)).to.satisfy((rest: readonly unknown[]) =>
    rest.every((code) => code === 'ERR_ROW_INVALID'),
  );
  return count === -1 ? codes.length : count;
}

describe('the state after a fold', () => {
  it('is a row of its table up to the exact bounds of a number, and a dead letter beyond', async () => {
    for (const [kept, kind] of [
      [int32(), int32],
      [int64(), int64],
      [money(), money],
      [timestamp(), timestamp],
      [double(), double],
    ] as const) {
      const column = kind({ min: -5, max: 7 });
      expect(await taken(kept, column, [-5, 0, 7, -6, 8]), column.kind).to.equal(3);
      expect(await taken(kept, kind({ min: -5 }), [-5, 100, -6]), column.kind).to.equal(2);
      expect(await taken(kept, kind({ max: 7 }), [-100, 7, 8]), column.kind).to.equal(2);
    }
  });

  it('is a row up to the exact length of a text', async () => {
    expect(await taken(text(), text({ min: 2, max: 4 }), ['ab', 'abcd', '', 'a', 'abcde'])).to.equal(2);
    expect(await taken(text({ max: 9 }), text({ max: 9 }), ['', 'abcdefghi'])).to.equal(2);
    expect(await taken(text({ max: 4 }), text({ max: 9 }), ['abcd'])).to.equal(1);
  });

  it('is a row if the column has its word; the column may have fewer words than the state', async () => {
    const state = oneOf('new', 'old', 'odd "word"', 'gone');
    expect(await taken(state, oneOf('old', 'new'), ['new', 'old', 'odd "word"', 'gone'])).to.equal(2);
    expect(await taken(oneOf('new'), oneOf('old', 'new'), ['new'])).to.equal(1);
  });

  it('is a row for any day, but not if no day was set', async () => {
    expect(await codesFor(date(), date(), ['2024-02-29', ''])).to.eql([undefined, 'ERR_ROW_INVALID']);
  });

  it('is a row if an optional value is absent, whatever its bounds', async () => {
    expect(await taken(optional(int64()), optional(int64({ min: 3 })), [undefined, 3, 2])).to.equal(2);
    expect(await taken(optional(text()), optional(text({ min: 2 })), [undefined, 'ab', 'a'])).to.equal(2);
    expect(await taken(optional(date()), optional(date()), [undefined, '2024-02-29'])).to.equal(2);
    expect(await taken(optional(boolean()), optional(boolean()), [undefined, true, false])).to.equal(3);
  });

  it('is checked against every table that it is written to', async () => {
    const [small, large] = [20, 10].map((max, n) =>
      table(`most_${n}`, { partitionBy: ['user'] }, { user: text({ min: 2 }), amount: int64({ max }) }),
    );
    if (small === undefined || large === undefined) return expect.fail('two tables');
    const harness = pipelineHarness<Sale>(
      pipeline('two', { sales }, ({ sales }) => {
        const sums = sales.pipe(
          foldByKey('f', {
            key: (s) => [s.user],
            state: record('state', { amount: int64() }),
            fold: (state, s) => void (state.amount += s.amount),
          }),
        );
        return [into(small, sums), into(large, sums)];
      }),
      { partitions: 1 },
    );
    harness.push(sale({ amount: 9 }), sale({ amount: 9 }), sale({ amount: 1 }), sale({ user: 'x' }));
    await harness.commit();
    for (const each of [small, large]) expect(await harness.rows(each)).to.eql([{ user: 'ann', amount: 10 }]);
    expect((await harness.deadLetters()).map(({ offset, code }) => [offset, code])).to.eql([
      [1, 'ERR_ROW_INVALID'],
      [3, 'ERR_ROW_INVALID'],
    ]);
  });
});
