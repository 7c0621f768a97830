import { useEffect, useId, useState } from 'preact/hooks';
import { dayText } from '../figures/numbers.js';
import { ask } from '../live/session.js';
import { go, hrefWith } from '../path.js';

interface DayChoiceProps {
  /** The day that is shown. */
  readonly shown: string | undefined;
  /** The requested day; undefined for the newest day. */
  readonly asked: string | undefined;
}

/** Chooses the day of the firm's page. */
export function DayChoice({ shown, asked }: DayChoiceProps) {
  const id = useId();
  const [days, setDays] = useState<readonly string[]>([]);
  useEffect(() => {
    ask<{ days: string[] }>('/api/days').then(
      ({ days }) => setDays(days),
      () => undefined,
    );
  }, [shown]);
  const others = [...new Set([...days, ...(asked === undefined ? [] : [asked])])].sort().reverse();
  return (
    <div class="day-choice">
      <label for={id}>Day</label>
      <select
        id={id}
        value={asked ?? ''}
        onChange={(event) => {
          const day = event.currentTarget.value;
          go(hrefWith('day', day === '' ? undefined : day));
        }}
      >
        <option value="">Newest{shown !== undefined && asked === undefined ? `: ${dayText(shown)}` : ''}</option>
        {others.map((day) => (
          <option key={day} value={day}>
            {dayText(day)}
          </option>
        ))}
      </select>
    </div>
  );
}
