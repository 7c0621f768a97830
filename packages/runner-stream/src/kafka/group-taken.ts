import { StockafolioError } from '@stockafolio/core';
import type { GroupTarget } from '@stockafolio/core/ports';
import { namesOf, type KnownMember } from './group-members.js';
import { describeTarget } from './group-target.js';

/** Says that a group is bound to another target: each of the two would have a part of the partitions alone. */
export function boundToAnother(group: string, bound: GroupTarget, given: GroupTarget): StockafolioError {
  return new StockafolioError(
    'ERR_GROUP_TAKEN',
    `group '${group}' is bound to ${describeTarget(bound)}; this is ${describeTarget(given)}`,
    {
      hint: 'name another group (--group), or the tables and checkpoints, or the archive, that the group is bound to; where that is of no more use and nothing runs for it, --take-group',
    },
  );
}

/** Says that members of other programs have a group, in which partitions are shared out another way. */
export function usedByOthers(group: string, members: readonly KnownMember[], cause?: unknown): StockafolioError {
  const who = members.length === 0 ? 'members of another program, or of another version' : namesOf(members);
  return new StockafolioError('ERR_GROUP_TAKEN', `group '${group}' is used by ${who}`, {
    cause,
    hint: 'name another group (--group), or stop those: kafka-consumer-groups.sh --describe --members shows them',
  });
}
