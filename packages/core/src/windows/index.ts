export { calendar, hopping, tumbling, type CalendarOptions, type Window, type Windower } from './windower.js';
