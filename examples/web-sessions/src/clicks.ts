import { type Infer, minutes, record, stream, text, timestamp } from '@stockafolio/core';

export const Click = record('click', { visitor: text({ min: 1 }), page: text({ min: 1 }), time: timestamp() });
export type Click = Infer<typeof Click>;

/** Browsers send clicks when they are online again, so some arrive minutes late. */
export const clicks = stream('clicks', Click, { key: 'visitor', time: (c) => c.time, outOfOrderness: minutes(1) });
