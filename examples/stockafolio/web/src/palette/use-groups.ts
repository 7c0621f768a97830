import { useEffect, useMemo, useState } from 'preact/hooks';
import type { WireHolding, WireSymbols, WireUsers } from '@stockafolio/example/api';
import { ask, viewer } from '../live/session.js';
import { firmPages } from '../parts/firm-pages.js';
import { go, place } from '../path.js';
import { theme, toggleTheme } from '../theme.js';
import { symbolHref, userApi, userHref } from '../user-href.js';
import { fitting, ordered, type Entry, type EntryGroup } from './entries.js';
import { slashOpens, toggleSlash } from './palette-open.js';

/** How long to wait for the next character, in milliseconds. */
const PATIENCE = 120;
const MOST_USERS = 6;
const MOST_SYMBOLS = 6;

/** What the palette offers for a typed text, and whether all users were searched. */
export function useGroups(typed: string): { readonly groups: readonly EntryGroup[]; readonly complete: boolean } {
  const firm = viewer.value?.firm !== false;
  const found = useUsers(typed, firm);
  const symbols = useSymbols(firm);
  const shown = place.value.page === 'user' || place.value.page === 'symbol' ? place.value.user : undefined;
  const holder = shown ?? (firm ? undefined : (viewer.value?.user ?? undefined));
  const holdings = useHoldings(holder);
  const own = pages(firm, viewer.value?.user ?? undefined);
  const groups = [
    { title: 'Pages', entries: fitting(own, typed, own.length) },
    {
      title: firm ? `Holdings of ${holder ?? ''}` : 'Your holdings',
      entries: typed.trim() === '' ? [] : fitting(holdings, typed, MOST_SYMBOLS),
    },
    { title: 'Symbols', entries: typed.trim() === '' ? [] : fitting(symbols.symbols, typed, MOST_SYMBOLS) },
    { title: 'Users', entries: firm ? users(typed.trim(), found) : [] },
    { title: 'Sectors', entries: fitting(symbols.sectors, typed, symbols.sectors.length) },
    { title: 'Settings', entries: fitting(choices(), typed, 2) },
  ];
  return { groups: ordered(groups, typed), complete: found?.complete !== false };
}

function pages(firm: boolean, user: string | undefined): Entry[] {
  const ofFirm = firm ? firmPages.map(({ href, title }) => ({ id: href, text: title, action: () => go(href) })) : [];
  const href = user === undefined ? undefined : userHref(user);
  return [...ofFirm, ...(href === undefined ? [] : [{ id: href, text: 'Your portfolio', action: () => go(href) }])];
}

function choices(): Entry[] {
  return [
    { id: 'theme', text: theme.value === 'dark' ? 'Light theme' : 'Dark theme', action: toggleTheme },
    {
      ...{ id: 'slash', text: slashOpens.value ? 'Do not open this with /' : 'Open this with /' },
      ...{ detail: 'Control+K always does', action: toggleSlash },
    },
  ];
}

/** Those found, and the typed one: any user can be opened by the whole id, whether or not it was found. */
function users(typed: string, found: WireUsers | undefined): Entry[] {
  const entry = (user: string): Entry => ({ id: `user ${user}`, text: user, action: () => go(userHref(user)) });
  const known = (found?.users ?? []).filter((user) => user.startsWith(typed)).slice(0, MOST_USERS);
  const typedToo =
    typed === '' || known.includes(typed) ? [] : [{ ...entry(typed), detail: 'open by this id', always: true }];
  return [...known.map(entry), ...typedToo];
}

function useUsers(typed: string, firm: boolean): WireUsers | undefined {
  const [found, setFound] = useState<WireUsers | undefined>();
  useEffect(() => {
    if (!firm) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask<WireUsers>(`/api/users?prefix=${encodeURIComponent(typed.trim())}&limit=${MOST_USERS}`, abort.signal).then(
        setFound,
        () => setFound(undefined),
      );
    }, PATIENCE);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [typed, firm]);
  return found;
}

/** The symbols of the newest day and their sectors, read once. */
function useSymbols(firm: boolean): { readonly symbols: readonly Entry[]; readonly sectors: readonly Entry[] } {
  const [day, setDay] = useState<WireSymbols | undefined>();
  useEffect(() => {
    if (!firm) return;
    const abort = new AbortController();
    ask<WireSymbols>('/api/symbols', abort.signal).then(setDay, () => undefined);
    return () => abort.abort();
  }, [firm]);
  return useMemo(() => {
    const of = (setting: string, value: string): (() => void) => {
      return () => go(`/symbols?${setting}=${encodeURIComponent(value)}`);
    };
    const rows = day?.symbols ?? [];
    return {
      symbols: rows.map(({ symbol, name }) => ({
        ...{ id: `symbol ${symbol}`, text: symbol, action: of('find', symbol) },
        ...(name === symbol ? {} : { detail: name }),
      })),
      sectors: [...new Set(rows.flatMap(({ sector }) => sector ?? []))]
        .sort()
        .map((sector) => ({ id: `sector ${sector}`, text: sector, action: of('sector', sector) })),
    };
  }, [day]);
}

/** What this user holds, read once; each leads to its page. */
function useHoldings(user: string | undefined): readonly Entry[] {
  const [held, setHeld] = useState<readonly WireHolding[]>([]);
  useEffect(() => {
    if (user === undefined) return;
    const abort = new AbortController();
    ask<{ holdings: readonly WireHolding[] }>(`${userApi(user)}/holdings`, abort.signal).then(
      ({ holdings }) => setHeld(holdings),
      () => setHeld([]),
    );
    return () => abort.abort();
  }, [user]);
  return useMemo(
    () =>
      user === undefined
        ? []
        : held.map(({ symbol, name }) => ({
            ...{ id: `holding ${symbol}`, text: symbol, action: () => go(symbolHref(user, symbol)) },
            ...(name === symbol ? {} : { detail: name }),
          })),
    [user, held],
  );
}
