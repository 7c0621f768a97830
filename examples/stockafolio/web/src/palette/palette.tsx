import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { viewer } from '../live/session.js';
import type { Entry } from './entries.js';
import { paletteIsOpen } from './palette-open.js';
import { useGroups } from './use-groups.js';

/** Goes anywhere by a few characters: the combobox pattern of WAI-ARIA in a modal dialog. */
export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key is pressed: it belongs to the palette.
  useLayoutEffect(() => {
    // As a modal one it keeps the focus, and gives it back to where it was.
    dialog.current?.showModal();
  }, []);
  const close = (): void => void (paletteIsOpen.value = false);
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Go to"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <Finder
        choose={(entry) => {
          dialog.current?.close();
          close();
          entry.action();
        }}
      />
    </dialog>
  );
}

function Finder({ choose }: { readonly choose: (entry: Entry) => void }) {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState<string | undefined>();
  const { groups, complete } = useGroups(typed);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.max(
    0,
    entries.findIndex((entry) => entry.id === active),
  );
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [active]);

  const keys = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || entries.length === 0) return;
    event.preventDefault();
    setActive(entries[(at + step + entries.length) % entries.length]?.id);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const entry = entries[at];
        if (entry !== undefined) choose(entry);
      }}
    >
      <input
        type="text"
        role="combobox"
        aria-label={viewer.value?.firm === false ? 'Find a page' : 'Find a user, symbol, sector or page'}
        placeholder={viewer.value?.firm === false ? 'A page' : 'A user, symbol, sector or page'}
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        aria-expanded={entries.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(entries.length > 0 ? { 'aria-activedescendant': `${id}-${at}` } : {})}
        value={typed}
        autofocus
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(undefined);
        }}
        onKeyDown={keys}
      />
      <div ref={list} id={`${id}-list`} class="found" role="listbox" aria-label="Found">
        {groups.map(({ title, entries: of }) => (
          <div key={title} role="group" aria-label={title}>
            <p aria-hidden="true">{title}</p>
            {of.map((entry) => {
              const n = entries.indexOf(entry);
              return (
                <div
                  key={entry.id}
                  id={`${id}-${n}`}
                  class="entry"
                  role="option"
                  aria-selected={n === at}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => choose(entry)}
                >
                  <span>{entry.text}</span>
                  {entry.detail !== undefined && <small>{entry.detail}</small>}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <p class="hint" role="status">
        {entries.length === 0
          ? 'Nothing is called like that.'
          : complete
            ? ''
            : 'Users are suggested among the first 200,000; any whole id opens.'}
      </p>
    </form>
  );
}
