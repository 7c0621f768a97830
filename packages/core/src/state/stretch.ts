/** Records of a stretch at most: what they change is then still in the processor's caches when it is undone. */
export const STRETCH = 128;
