export type { Server } from './server.js';
