/** `YYYY-MM-DD` as a number that sorts in the same order. */
export function numberOfDay(day: string): number {
  return Number(day.slice(0, 4)) * 512 + Number(day.slice(5, 7)) * 32 + Number(day.slice(8));
}

/** The day of a number from {@link numberOfDay}. */
export function dayOfNumber(number: number): string {
  const year = String(number >>> 9).padStart(4, '0');
  const month = String((number >>> 5) & 15).padStart(2, '0');
  return `${year}-${month}-${String(number & 31).padStart(2, '0')}`;
}
