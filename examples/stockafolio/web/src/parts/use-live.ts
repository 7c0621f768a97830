import { useEffect, useState } from 'preact/hooks';
import { Live } from '../live/live.js';

/** A live connection for as long as the page is shown. */
export function useLive(path: string): Live {
  const [live] = useState(() => new Live(path));
  useEffect(() => () => live.close(), [live]);
  return live;
}
