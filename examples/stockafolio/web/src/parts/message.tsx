import type { ComponentChildren } from 'preact';
import { Home } from './home.js';

interface MessageProps {
  readonly title: string;
  readonly text: string;
  /** Where to go; defaults to the page that the visitor may see. */
  readonly children?: ComponentChildren;
}

/** Stands for content that cannot be shown: what is the matter, and where to go. */
export function Message({ title, text, children }: MessageProps) {
  return (
    <section class="message" role="status">
      <h2>{title}</h2>
      <p>{text}</p>
      {children ?? <Home />}
    </section>
  );
}
