import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let first = true;

/** The heading of a page. It takes the focus after a navigation by link, so that a screen reader announces the page. */
export function Title({ text, children }: { readonly text: string; readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} - Stockafolio`;
    if (!first && document.activeElement?.tagName !== 'BUTTON') heading.current?.focus({ preventScroll: true });
    first = false;
  }, [text]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
