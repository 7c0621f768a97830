export { filesLocal, type FilesLocalOptions } from './files-local.js';
