export { calendar, hopping, tumbling, type Window, type Windower } from './windower.js';
