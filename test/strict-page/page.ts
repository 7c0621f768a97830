import { figuresOf } from './figures.js';

Object.assign(globalThis, { figures: figuresOf() });
