import { StockafolioError } from '@stockafolio/core';
import type { GroupTarget } from '@stockafolio/core/ports';
import { namesOf, type KnownMember } from './group-members.js';
import { describeTarget } from './group-target.js';

/** The error for a group that is bound to another target: each of the two would get only a part of the partitions. */
export function boundToAnother(group: string, bound: GroupTarget, given: GroupTarget): StockafolioError {
  return new StockafolioError(
    'ERR_GROUP_TAKEN',
    `group '${group}' is bound to ${describeTarget(bound)}; this is ${describeTarget(given)}`,
    {
      hint: 'choose another group (--group), or the tables and checkpoints, or the archive, that the group is bound to; if that is no longer used and nothing runs for it, use --take-group',
    },
  );
}

/** The error for a group with members of other programs, which assign partitions in another way. */
export function usedByOthers(group: string, members: readonly KnownMember[], cause?: unknown): StockafolioError {
  const who = members.length === 0 ? 'members of another program, or of another version' : namesOf(members);
  return new StockafolioError('ERR_GROUP_TAKEN', `group '${group}' is used by ${who}`, {
    cause,
    hint: 'choose another group (--group), or stop those: kafka-consumer-groups.sh --describe --members shows them',
  });
}
