import type { ComponentChildren } from 'preact';
import { useContext, useId, useRef, useState } from 'preact/hooks';
import { dayText, newYorkTime } from '../figures/numbers.js';
import { newYorkDay } from '../figures/new-york.js';
import { Exact } from './exact.js';

/** What a figure is, and from what it is made. */
export interface Explanation {
  readonly what: ComponentChildren;
  /** How it adds up: the last line is the figure. */
  readonly sum?: readonly (readonly [name: string, value: ComponentChildren])[];
  /** The trades from which it is made. */
  readonly from: ComponentChildren;
}

/** Between the tile and what it opens, and to the edges of the window, in pixels. */
const GAP = 6;
/** As in the style sheet. */
const WIDTH = 350;

/** A button that explains a figure. What it opens closes with Escape, and with a click elsewhere. */
export function Explain({ label, of }: { readonly label: string; readonly of: Explanation }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  return (
    <>
      <button ref={button} type="button" class="explain" popovertarget={id} aria-label={`About: ${label}`}>
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path d="M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 7.2v4M8 4.6v.4" />
        </svg>
      </button>
      <div
        ref={box}
        id={id}
        popover="auto"
        class="explanation"
        role="dialog"
        aria-label={label}
        onBeforeToggle={(event) => {
          setOpen(event.newState === 'open');
          if (button.current !== null && box.current !== null) putBelow(box.current, button.current);
        }}
      >
        {open && <Content label={label} of={of} />}
      </div>
    </>
  );
}

function Content({ label, of: { what, sum, from } }: { readonly label: string; readonly of: Explanation }) {
  return (
    <>
      <p class="explanation-title">{label}</p>
      <p>{what}</p>
      {sum !== undefined && (
        <table>
          <tbody>
            {sum.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="explanation-source">{from}</p>
      <UpTo />
    </>
  );
}

/** Up to which market time the figures are exact. */
function UpTo() {
  const exact = useContext(Exact);
  if (exact === undefined) return null;
  const { watermark, newest } = exact;
  if (watermark === null || newest === null) return <p class="explanation-source">No trade is in the tables yet.</p>;
  return (
    <p class="explanation-source">
      Exact up to <time dateTime={watermark}>{newYorkTime(watermark)}</time> in New York,{' '}
      {dayText(newYorkDay(watermark))}: no earlier trade is still expected. The newest market time is{' '}
      <time dateTime={newest}>{newYorkTime(newest)}</time>.
    </p>
  );
}

/** Puts a box below the tile of a button, inside the window. On a narrow screen the style sheet puts it at the bottom instead. */
function putBelow(box: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const bottom = button.closest('.tile')?.getBoundingClientRect().bottom ?? at.bottom;
  const left = Math.max(GAP, Math.min(at.left - 12, document.documentElement.clientWidth - WIDTH - GAP));
  box.style.setProperty('--left', `${left + scrollX}px`);
  box.style.setProperty('--top', `${bottom + GAP + scrollY}px`);
}
