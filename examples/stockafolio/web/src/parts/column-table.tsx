import type { ComponentChildren } from 'preact';

export interface Column<R> {
  readonly name: string;
  readonly number?: boolean;
  readonly cell: (row: R) => ComponentChildren;
}

interface ColumnTableProps<R> {
  readonly label: string;
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly columns: readonly Column<R>[];
  /** What is shown if there are no rows. */
  readonly empty: string;
  /** Whether rows are in order of rank, and numbered. */
  readonly isRanked?: boolean;
  /** The length of the bar behind a row, as a fraction of the longest, 0 to 1. */
  readonly part?: ((row: R) => number) | undefined;
}

/** Rows of columns; the first column is their heading. */
export function ColumnTable<R>({ label, rows, keyOf, columns, empty, isRanked = false, part }: ColumnTableProps<R>) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={isRanked ? 'ranks' : ''}>
        <thead>
          <tr>
            {isRanked && (
              <th scope="col" class="rank">
                <abbr title="Rank">#</abbr>
              </th>
            )}
            {columns.map(({ name, number }) => (
              <th key={name} scope="col" class={number === true ? 'number' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={keyOf(row)}>
              {isRanked && <td class="rank">{n + 1}</td>}
              {columns.map(({ name, number, cell }, c) =>
                c === 0 ? (
                  <th key={name} scope="row">
                    {cell(row)}
                    {part !== undefined && (
                      <span class="bar" aria-hidden="true" style={{ '--part': String(part(row)) }} />
                    )}
                  </th>
                ) : (
                  <td key={name} class={number === true ? 'number' : ''}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
