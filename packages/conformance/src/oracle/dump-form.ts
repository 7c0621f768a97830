/** A row as `tables dump` prints it, its columns in the table's order. */
export type DumpRow = Readonly<Record<string, string | number>>;

/** Units of 1e-4 USD as a decimal with four decimals. */
export function usd(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(5, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** Units of 1e-8 shares: a number if it prints the same digits, otherwise a string. */
export function shares(units: bigint): number | string {
  const size = units < 0n ? -units : units;
  const fraction = String((size % 10n ** 8n) + 10n ** 8n)
    .slice(1)
    .replace(/0+$/, '');
  const text = `${units < 0n ? '-' : ''}${size / 10n ** 8n}${fraction === '' ? '' : `.${fraction}`}`;
  const isExact = plain(Number(text)) === text && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER;
  return isExact ? Number(text) : text;
}

/** A number in digits, without an exponent. */
function plain(value: number): string {
  return String(value).includes('e-') ? value.toFixed(8).replace(/0+$/, '') : String(value);
}

/** A row as a line of a dump. */
export function dumpLine(row: DumpRow): string {
  const members = Object.entries(row).map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'number' ? plain(value) : JSON.stringify(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** ISO 8601 in UTC with milliseconds. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Sorted by the columns in order; a column with a `-` descends. ISO times and dates sort as text. */
export function sorted(table: string, key: readonly string[], rows: readonly DumpRow[]): [string, DumpRow[]] {
  const byKey = (a: DumpRow, b: DumpRow): number => {
    for (const column of key) {
      const name = column.replace('-', '');
      const order = compare(a[name] ?? '', b[name] ?? '');
      if (order !== 0) return column === name ? order : -order;
    }
    return 0;
  };
  return [table, [...rows].sort(byKey)];
}

/** Text by its UTF-8 bytes, that is by code points; numbers by size. */
export function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
