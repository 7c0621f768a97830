/** Why a case cannot be expressed here, or is not about what pipelines compute. */
export const omissions = {
  sql: 'a statement of SQL that must be refused',
  formats: 'the format of keys and values in messages, with windows or defaults in it',
  'open windows':
    'a stream of what windows were while they were open; here that goes into tables, and depends on when commits happen',
  tombstones: 'a message without a value removes a row of a table; here it is a bad message',
  'null keys': 'records without a key are left out; here their stream is keyed by nothing, or they are refused',
  'output time': 'the earliest or latest time of its records is the time of a window; here it is the end of the window',
  'count triggers': 'a trigger by count that forgets what it has emitted; emission is a policy of time here',
  'processing time': 'a window or a join by the time of the machine',
  'shifted interval':
    'an interval on one side of the record, even an empty one; `before` and `after` are 0 or more here',
  'time of a pair': 'a window over pairs by the time of one side; a pair has the later time here',
  'not about it': 'a test of the reader of such files',
} as const;
export type Omission = keyof typeof omissions;

/** Why something else comes out here. */
export const differences = {
  'before 1970': 'no window begins before 1970 there; here windows of such times are windows too',
  'jumps lose windows': 'windows that time passes in one jump are never emitted there; here every final window is',
  'unmatched at once':
    'a record that met none is emitted at once there, and again when it meets one; here once, when none can come',
  'late are dead letters': 'a late record of an outer join is emitted alone there; here it is a dead letter',
  'behind a join': 'what is behind a join is as far behind as the lateness that the join accepts',
  'early panes': 'a trigger by count emits windows that are open; here at their end, and for each late record',
} as const;
export type Difference = keyof typeof differences;
