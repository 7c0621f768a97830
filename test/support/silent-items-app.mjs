import { itemsPipeline } from './items-app.mjs';

export default itemsPipeline('silent-items');
