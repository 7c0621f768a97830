import { StockafolioError, timestamp } from '@stockafolio/core';
import { formatValue } from '@stockafolio/core/ports';

/** The error if an operator has accepted a record only until this event time, in epoch milliseconds. */
export function lateRecord(operator: string, until: number, watermark: number): StockafolioError {
  return new StockafolioError(
    'ERR_LATE_RECORD',
    `operator '${operator}' accepted it until ${iso(until)}; the watermark is ${iso(watermark)}`,
    {
      hint: 'the other operators have processed the record; allow more lateness here if such records are to count',
    },
  );
}

function iso(time: number): string {
  return String(formatValue(timestamp(), time));
}
