import { parsePreset, type Preset } from '../broker/preset.js';
import { coinbase } from './coinbase.js';
import { degiro } from './degiro.js';
import { fidelity } from './fidelity.js';
import { freetrade } from './freetrade.js';
import { ibkr } from './ibkr.js';
import { revolut } from './revolut.js';
import { robinhood } from './robinhood.js';
import { schwab } from './schwab.js';
import { swissquote } from './swissquote.js';
import { thinkorswim } from './thinkorswim.js';
import { trading212 } from './trading212.js';

/** The presets that are built in, by name. */
export const presets: readonly Preset[] = [
  ...[coinbase, degiro, fidelity, freetrade, ibkr, revolut, robinhood, schwab, swissquote, thinkorswim, trading212],
].map((source) => parsePreset(source, `the preset '${source.name}'`));
