import { figuresOf } from './figures.js';

void figuresOf().then((figures) => postMessage(figures));
