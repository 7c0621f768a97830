/** 1234567 as `1,234,567`. */
export function figure(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** A count with its noun: `1 line`, `1,234 lines`. */
export function counted(n: number, thing: string): string {
  return `${figure(n)} ${thing}${n === 1 ? '' : 's'}`;
}
