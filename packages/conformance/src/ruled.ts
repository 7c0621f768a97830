import {
  foldByKey,
  type Infer,
  int64,
  into,
  joinBroadcast,
  pipeline,
  processByKey,
  record,
  repartition,
  stream,
  table,
  text,
  timestamp,
} from '@stockafolio/core';
import { type Sale, sales } from './sales.js';

/** What an item is called from a time on; an empty word removes its name. */
export const Rule = record('rule', { item: text(), word: text(), time: timestamp() });
export type Rule = Infer<typeof Rule>;
export const rules = stream('rules', Rule, { broadcast: true, time: (rule) => rule.time });

/** All that was seen of a key, in order: it shows every record that is lost, doubled or out of place. */
const Seen = record('seen', { all: text(), count: int64() });
export const ruledByUser = table('ruled_by_user', { partitionBy: ['user'] }, { user: text(), ...Seen.fields });
export const ruledByItem = table('ruled_by_item', { partitionBy: ['item'] }, { item: text(), ...Seen.fields });

const options = {
  key: ['item'],
  otherKey: ['item'],
  kind: 'left',
  removes: ({ word }: Rule) => word === '',
} as const;

const see = (
  seen: { all: string; count: number },
  { left, right }: { readonly left: Sale; readonly right: Rule | undefined },
): void => {
  seen.all += `${left.user}:${left.item}:${left.amount}:${right?.word ?? '-'} `;
  seen.count += 1;
};

/** Each sale with what its item was called then; users' sales are together. */
export const ruled = pipeline('ruled', { rules, sales }, ({ rules, sales }) => [
  into(
    ruledByUser,
    sales.pipe(
      joinBroadcast('rule', rules, options),
      foldByKey('by-user', { key: ({ left }) => [left.user], state: Seen, fold: see }),
    ),
  ),
]);

/** The same, and also behind a repartition: both stages read the rules. */
export const ruledTwice = pipeline('ruled-twice', { rules, sales }, ({ rules, sales }) => [
  into(
    ruledByUser,
    sales.pipe(
      joinBroadcast('rule', rules, options),
      foldByKey('by-user', { key: ({ left }) => [left.user], state: Seen, fold: see }),
    ),
  ),
  into(
    ruledByItem,
    sales.pipe(
      repartition('by-item', 'item'),
      joinBroadcast('rule-again', rules, options),
      foldByKey('by-item-seen', { key: ({ left }) => [left.item], state: Seen, fold: see }),
    ),
  ),
]);

const Named = record('named', { user: text(), item: text(), all: text({ max: 10_000 }), count: int64() });
export const namedItems = table('named_items', { partitionBy: ['user'], clusterBy: ['item'] }, Named.fields);
const Names = record('names', { all: text({ max: 10_000 }), count: int64() });

/** What users bought is renamed by rules, also if they buy no more; an empty word removes it. One user refuses some. */
export const renamed = pipeline(
  'renamed',
  { rules, sales },
  ({ rules, sales }) => [
    into(
      namedItems,
      sales.pipe(
        processByKey('names', {
          key: ['user', 'item'],
          state: Names,
          output: Named,
          onRecord: (names, { user, item }, { time, emit }) => {
            names.all += `${time} `;
            names.count += 1;
            emit({ user, item, ...names });
          },
          everyKey: {
            rules: {
              broadcast: rules,
              where: { item: 'item' },
              onKey: (names, { word }, { key: [user, item], time, emit, remove }) => {
                names.all += `${time}:${word} `;
                emit({ user, item, ...names });
                if (word === '') remove();
                if (user === 'bob' && /[27]$/.test(word)) throw new Error('bob does not want this name');
              },
            },
          },
        }),
      ),
    ),
  ],
  { reads: ['user', 'item', 'word', 'time'] },
);
