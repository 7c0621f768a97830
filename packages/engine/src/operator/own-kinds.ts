const ownKinds = [
  'foldByKey',
  'shardedFold',
  'latestByKey',
  'currentByKey',
  'tumblingWindow',
  'hoppingWindow',
  'calendarWindow',
  'sessionWindow',
  'slidingWindow',
  'countWindow',
  'topByKey',
  'distinctByKey',
  'processByKey',
  'joinWithin',
  'joinAsOf',
  'joinBroadcast',
  'joinLatest',
] as const;

/** The kinds of operators that core declares and this engine executes. */
export type OwnKind = (typeof ownKinds)[number];

export function isOwnKind(name: string): name is OwnKind {
  return ownKinds.some((own) => own === name);
}
