import type { WireDeadLetter, WireDeadLetters } from '@stockafolio/example/api';
import { count } from '../figures/numbers.js';
import { Moment } from '../parts/moment.js';
import { Panel } from '../parts/panel.js';
import { useText } from '../setting.js';

/** The messages that were rejected: why, and each of them to read. */
export function DeadLetters({ found }: { readonly found: WireDeadLetters | undefined }) {
  const [code, setCode] = useText('cause');
  const letters = (found?.letters ?? []).filter((letter) => code === '' || letter.code === code);
  return (
    <Panel
      title="Dead letters"
      note={
        found === undefined ? 'not known' : `${found.complete ? '' : 'more than '}${count(found.count)} in the tables`
      }
    >
      {found === undefined ? (
        <p class="empty">The tables cannot be read.</p>
      ) : found.count === 0 ? (
        <p class="empty">None: every message is in the figures.</p>
      ) : (
        <>
          <div class="causes" role="group" aria-label="Cause">
            <button type="button" class="quiet" aria-pressed={code === ''} onClick={() => setCode('')}>
              All causes
            </button>
            {found.causes.map((cause) => (
              <button
                key={cause.code}
                type="button"
                class="quiet"
                aria-pressed={code === cause.code}
                onClick={() => setCode(cause.code)}
              >
                {cause.code} <span class="figure">{count(cause.count)}</span>
              </button>
            ))}
          </div>
          <ul class="letters">
            {letters.map((letter) => (
              <Letter
                key={`${letter.pipeline} ${letter.partition} ${letter.offset} ${letter.operator}`}
                letter={letter}
              />
            ))}
          </ul>
          <p class="footnote">
            The newest {count(found.letters.length)}. <code>stockafolio dead-letters list --format jsonl</code> prints
            all of them, to be corrected and replayed.
          </p>
        </>
      )}
    </Panel>
  );
}

function Letter({ letter }: { readonly letter: WireDeadLetter }) {
  // The lines after the first one are the frames of a function that threw.
  const [first = '', ...frames] = letter.cause.split('\n');
  return (
    <li>
      <details>
        <summary>
          <span class="letter-place">
            {letter.partition}-{letter.offset}
          </span>
          <span class="letter-cause">
            {letter.code}: {first}
          </span>
          {letter.replayed && <span class="tag">replayed</span>}
          <Moment at={letter.ingested} />
        </summary>
        {letter.operator !== '' && <p>Rejected by {letter.operator} alone.</p>}
        {frames.length > 0 && <pre>{frames.join('\n')}</pre>}
        <pre>{letter.message}</pre>
        {letter.encoding === 'base64' && <p class="note">The message is no text; this is base64.</p>}
        {letter.truncated && <p class="note">Only its beginning is shown.</p>}
      </details>
    </li>
  );
}
