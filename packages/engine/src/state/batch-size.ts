/** Largest number of records in a batch: what they change is then still in the processor's caches if it is undone. */
export const BATCH_SIZE = 128;
