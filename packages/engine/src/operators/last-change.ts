import type { ChangeFacts } from '@stockafolio/core/ports';

/** What is kept of the last change of a key, if a pipeline has sent it: its version, and the number and name of its writer. */
export interface LastChange {
  $version: number | undefined;
  $number: number | undefined;
  $writer: string | undefined;
}

/**
 * Whether a change says nothing new, because the last one of its key has a higher version, or is the same message or a later
 * one of the same writer. Changes without a version count in the order of the topic.
 */
export function isOutdated({ $version, $number, $writer }: ChangeFacts, last: LastChange): boolean {
  if ($version === undefined || last.$version === undefined) return false;
  if ($version !== last.$version) return $version < last.$version;
  return $writer === last.$writer && ($number ?? 0) <= (last.$number ?? 0);
}

/** Notes a change; one without a version leaves what was known, so that repeats of earlier ones are still told. */
export function noteChange({ $version, $number, $writer }: ChangeFacts, last: LastChange): void {
  if ($version === undefined) return;
  last.$version = $version;
  last.$number = $number;
  last.$writer = $writer;
}
