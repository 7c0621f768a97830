export { copyFiles, type CopyOptions, type CopyResult } from './copy-files.js';
