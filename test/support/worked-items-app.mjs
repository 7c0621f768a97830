import { itemsPipeline } from './items-app.mjs';

export default itemsPipeline('worked-items');
