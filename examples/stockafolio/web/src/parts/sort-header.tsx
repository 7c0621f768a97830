interface SortHeaderProps {
  readonly title: string;
  readonly number: boolean;
  /** Undefined if the rows are sorted by another column. */
  readonly sorted: 'ascending' | 'descending' | undefined;
  readonly choose: () => void;
}

/** The heading of a column by which rows can be sorted. */
export function SortHeader({ title, number, sorted, choose }: SortHeaderProps) {
  const arrow = (
    <span class="sort" aria-hidden="true">
      {sorted === undefined ? '' : sorted === 'descending' ? '↓' : '↑'}
    </span>
  );
  return (
    <th scope="col" class={number ? 'number' : ''} aria-sort={sorted ?? 'none'}>
      <button type="button" onClick={choose}>
        {number && arrow}
        {title}
        {!number && arrow}
      </button>
    </th>
  );
}
