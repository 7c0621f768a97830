import type { WirePipeline } from '@stockafolio/example/api';
import { count, duration } from '../figures/numbers.js';

/** What a person on call should look at: the alarms that docs/production.md recommends. */
export interface Attention {
  readonly what: string;
  /** What it means, and what to do. */
  readonly so: string;
}

/** A restart would read that much again: seconds. */
const UNSAVED = 60;
/** Fewer messages are on their way at any time. */
const BEHIND = 10_000;

/** What needs attention, the worst first. */
export function attentionOf(health: WirePipeline, letters: number | undefined): Attention[] {
  const found: Attention[] = [];
  const say = (what: string, so: string): void => void found.push({ what, so });
  const { counts, partitions, runners } = health;
  if (!health.isReadable) say('The tables cannot be read', 'Offsets and dead letters are not known until they can.');
  for (const { name, why } of runners)
    if (why !== null)
      say(`Runner ${name} does not answer: ${why}`, 'Its partitions move to the others, if there are any.');
  const unread = partitions.filter(({ runner }) => runner === null).map(({ partition }) => partition);
  if (health.hasRunners && runners.every(({ why }) => why === null) && unread.length > 0)
    say(`No runner reads partition ${unread.join(', ')}`, 'Start one, or name it to this server with --metrics.');
  const behind = partitions.reduce((sum, partition) => sum + (partition.behind ?? 0), 0);
  if (behind > BEHIND)
    say(`${count(behind)} messages behind`, 'If it grows for minutes, more runners or fewer trades are needed.');
  const unsaved = Math.max(0, ...partitions.map(({ unsavedSeconds }) => unsavedSeconds ?? 0));
  if (unsaved > UNSAVED)
    say(
      `No checkpoint for ${duration(unsaved * 1_000)}`,
      'A restart would read that much again: look at the checkpoint store.',
    );
  if ((counts.checkpointsFailed ?? 0) > 0)
    say(
      `${count(counts.checkpointsFailed ?? 0)} checkpoints have failed`,
      'The tables are right; a restart replays more.',
    );
  if ((counts.wentBack ?? 0) > 0)
    say(
      `The run went back to a checkpoint ${count(counts.wentBack ?? 0)} times`,
      'The tables may have lost rows that they had acknowledged: look at their nodes.',
    );
  if ((counts.retries ?? 0) > 0)
    say(
      `${count(counts.retries ?? 0)} attempts were retried`,
      'A server was away, or refused; the log of the runner names it.',
    );
  if ((letters ?? 0) > 0)
    say(`${count(letters ?? 0)} dead letters`, 'They are in no figure. Correct and replay them: see below.');
  return found;
}
