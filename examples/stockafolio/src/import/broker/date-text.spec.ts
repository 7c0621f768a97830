import { expect } from 'chai';
import { timeZone } from '@stockafolio/core';
import { dateReader } from './date-text.js';

const read = (format: string, text: string, zone = 'UTC'): string | undefined => {
  const found = dateReader(format)(text, timeZone(zone));
  return found === undefined ? undefined : `${new Date(found.ms).toISOString()} ${found.day}`;
};

describe('a date of a file', () => {
  it('is read in its format and zone, in summer and in winter', () => {
    const cases = [
      ['MM/DD/YYYY', '03/14/2025', 'America/New_York', '2025-03-14T04:00:00.000Z 2025-03-14'],
      ['MM/DD/YYYY', '01/14/2025', 'America/New_York', '2025-01-14T05:00:00.000Z 2025-01-14'],
      ['M/D/YY HH:mm:ss', '1/6/25 09:45:10', 'UTC', '2025-01-06T09:45:10.000Z 2025-01-06'],
      ['YYYY-MM-DD[T]HH:mm:ss.SZ', '2024-01-08T14:39:38.123456Z', 'Asia/Tokyo', '2024-01-08T14:39:38.123Z 2024-01-08'],
      ['YYYY-MM-DD[T]HH:mm:ss.SZ', '2024-01-08T00:30:00+02:00', 'UTC', '2024-01-07T22:30:00.000Z 2024-01-08'],
      ['YYYY-MM-DD HH:mm:ss.S', '2024-01-08 14:39:38', 'UTC', '2024-01-08T14:39:38.000Z 2024-01-08'],
      ['D MMM YYYY H:mm A', '5 Feb 2024 12:05 am', 'UTC', '2024-02-05T00:05:00.000Z 2024-02-05'],
      ['D MMM YYYY H:mm A', '5 feb 2024 1:05 PM', 'UTC', '2024-02-05T13:05:00.000Z 2024-02-05'],
    ] as const;
    for (const [format, text, zone, expected] of cases) expect(read(format, text, zone), text).to.equal(expected);
  });

  it('that is none, or of another format, is not guessed', () => {
    for (const text of [
      '02/30/2025',
      '13/01/2025',
      '1/2/2025',
      '01/02/25',
      '01/02/2025 ',
      '2025-01-02',
      '00/10/2025',
      '',
    ])
      expect(read('MM/DD/YYYY', text), text).to.equal(undefined);
    expect(read('D.M.YYYY H:mm', '1.2.2025 24:00')).to.equal(undefined);
    expect(read('D.M.YYYY H:mm', '1.2.2025 9:60')).to.equal(undefined);
    expect(read('D.M.YYYY H:mm A', '1.2.2025 13:00 pm')).to.equal(undefined);
    expect(() => dateReader('HH:mm')).to.throw(/has no year, month or day/);
  });
});
