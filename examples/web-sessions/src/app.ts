import { defineApp } from '@stockafolio/cli';
import { jsonCodec } from '@stockafolio/core';
import { Click } from './clicks.js';
import { webSessions } from './visits.js';

export default defineApp({ pipeline: webSessions, codecs: { wire: jsonCodec(Click) } });
