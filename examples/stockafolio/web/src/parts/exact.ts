import { createContext } from 'preact';
import type { WireAsOf } from '@stockafolio/example/api';

/** Up to where the shown figures are exact; undefined if that is not known of them. */
export const Exact = createContext<WireAsOf | undefined>(undefined);
