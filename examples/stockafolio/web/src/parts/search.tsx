import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { WireUsers } from '@stockafolio/example/api';
import { ask } from '../live/session.js';
import { go } from '../path.js';
import { userHref } from '../user-href.js';

/** How long to wait for the next character, in milliseconds. */
const PATIENCE = 120;

/** Finds a user by id, with suggestions (the combobox pattern of WAI-ARIA). */
export function Search() {
  const [text, setText] = useState('');
  const [found, setFound] = useState<WireUsers | undefined>();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const id = useId();
  const box = useRef<HTMLFormElement>(null);
  const users = found?.users ?? [];

  useEffect(() => {
    if (!open) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask<WireUsers>(`/api/users?prefix=${encodeURIComponent(text)}&limit=8`, abort.signal).then(
        (users) => {
          setFound(users);
          setActive(-1);
        },
        () => setFound(undefined),
      );
    }, PATIENCE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, open]);

  const choose = (user: string): void => {
    if (user === '') return;
    setOpen(false);
    setText('');
    go(userHref(user));
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setOpen(false);
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    setOpen(true);
    const step = event.key === 'ArrowDown' ? 1 : -1;
    setActive(
      users.length === 0 ? -1 : (active + step + (active < 0 && step < 0 ? 1 : 0) + users.length) % users.length,
    );
  };
  return (
    <form
      ref={box}
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        choose(users[active] ?? text.trim());
      }}
      onFocusOut={(event) => {
        if (!box.current?.contains(event.relatedTarget as Node | null)) setOpen(false);
      }}
    >
      <input
        type="text"
        role="combobox"
        placeholder="Find a user by id"
        aria-label="Find a user by id"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        aria-expanded={open && users.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(active >= 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(-1);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={keys}
      />
      <div class="found" hidden={!open || found === undefined}>
        <ul id={`${id}-list`} role="listbox" aria-label="Users" hidden={users.length === 0}>
          {users.map((user, n) => (
            <li
              key={user}
              id={`${id}-${n}`}
              role="option"
              aria-selected={n === active}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(user);
              }}
            >
              {user}
            </li>
          ))}
        </ul>
        {open && found !== undefined && (users.length === 0 || !found.complete) && (
          <p class="hint" role="status">
            {found.complete
              ? 'No user of such an id has traded.'
              : `${users.length === 0 ? 'None' : 'These are'} among the first 200,000 users; any whole id opens.`}
          </p>
        )}
      </div>
    </form>
  );
}
